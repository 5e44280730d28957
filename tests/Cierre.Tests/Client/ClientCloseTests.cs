using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>How a client's connection ends against a server that does everything, right or wrong; over cleartext and TLS.</summary>
public sealed class ClientCloseTests
{
    private static readonly System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate = Certificates.ForLocalhost();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_that_closes_waits_for_the_servers_end(bool tls)
    {
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Serve(tls, async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            Assert.Equal((8, 4001, "bye", true), (close.Opcode, close.CloseCode, close.CloseReason, close.Masked));
            await peer.SendCloseAsync(4001);
            await mayEnd.Task.WaitAsync(ClientRig.Bound);
            // The client has not ended its side before the server did.
            Assert.False(peer.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead) && peer.Socket.Available == 0);
            await peer.HalfCloseAsync();
            Assert.Equal(RawEnd.Fin, (await peer.ReadToEndAsync()).End);
        });
        WebSocketConnection connection = await Connect(server);
        Task<CloseRecord> closed = connection.CloseAsync(4001, "bye");
        Assert.Null(await connection.ReceiveAsync());
        Assert.False(closed.IsCompleted);
        mayEnd.SetResult();
        CloseRecord record = await closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4001, true, EndedBy.Local, CloseCause.Requested), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_that_never_ends_its_stream_is_left_after_the_close_timeout_and_the_close_is_clean(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(4001);
            await peer.ReadToEndAsync();
        });
        WebSocketConnection connection = await Connect(server, TimeSpan.FromMilliseconds(300));
        CloseRecord record = await connection.CloseAsync(4001).WaitAsync(ClientRig.Bound);
        Assert.Equal((4001, true), (record.Code, record.WasClean));
        Assert.InRange(record.Elapsed, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_that_does_not_answer_is_left_after_the_close_timeout(bool tls)
    {
        await using var server = Serve(tls, peer => peer.ReadToEndAsync());
        WebSocketConnection connection = await Connect(server, TimeSpan.FromMilliseconds(300));
        CloseRecord record = await connection.CloseAsync(4001).WaitAsync(ClientRig.Bound);
        Assert.Equal((1006, false, CloseCause.CloseTimeout, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
        Assert.Equal(4001, record.Sent!.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_frame_and_end_at_once_are_answered_and_clean(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.SendTextAsync("last");
            await peer.SendCloseAsync(4002, "theirs");
            await peer.HalfCloseAsync();
            RawFrame answer = await peer.ReadFrameAsync();
            Assert.Equal((8, 4002, ""), (answer.Opcode, answer.CloseCode, answer.CloseReason));
            await peer.ReadToEndAsync();
        });
        WebSocketConnection connection = await Connect(server);
        Assert.Equal("last", (await connection.ReceiveAsync())!.Value.GetText());
        Assert.Null(await connection.ReceiveAsync());
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4002, "theirs", true, true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.ReceivedFirst, record.EndedBy));
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Empty_close_frame_is_1005_and_answered_with_an_empty_one(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.SendFrameAsync(8);
            Assert.Empty((await peer.ReadFrameAsync()).Payload);
        });
        WebSocketConnection connection = await Connect(server);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((1005, true), (record.Code, record.WasClean));
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_after_both_close_frames_changes_nothing(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.SendCloseAsync(4003);
            await peer.ReadFrameAsync();
            peer.Reset();
        });
        WebSocketConnection connection = await Connect(server);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4003, true, CloseCause.PeerClosed), (record.Code, record.WasClean, record.Cause));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Data_after_the_close_frame_is_ignored(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.SendCloseAsync(4004);
            await peer.SendTextAsync("late");
            await peer.SendCloseAsync(4005);
            await peer.SendFrameAsync(9);
            Assert.Equal(8, (await peer.ReadFrameAsync()).Opcode);
            await peer.HalfCloseAsync();
            Assert.Empty((await peer.ReadToEndAsync()).Bytes);
        });
        WebSocketConnection connection = await Connect(server);
        Assert.Null(await connection.ReceiveAsync());
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4004, true), (record.Code, record.WasClean));
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_that_goes_away_without_a_close_frame_is_an_end_of_the_stream(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.SendTextAsync("last");
            await peer.HalfCloseAsync();
            await peer.ReadToEndAsync();
        });
        WebSocketConnection connection = await Connect(server);
        Assert.Equal("last", (await connection.ReceiveAsync())!.Value.GetText());
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((1006, CloseCause.EndOfStream, EndedBy.Network), (record.Code, record.Cause, record.EndedBy));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_that_cuts_the_connection_is_a_reset(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            await peer.ReadFrameAsync();
            peer.Reset();
        });
        WebSocketConnection connection = await Connect(server);
        await connection.SendAsync("x");
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((1006, CloseCause.ConnectionReset, EndedBy.Network), (record.Code, record.Cause, record.EndedBy));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_behind_backpressure_ends_although_neither_side_reads(bool tls)
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Serve(tls, async peer =>
        {
            // Fills the client's inbox and everything before it, and then closes.
            byte[] frame = RawPeer.Frame(2, new byte[60_000], fin: true, rsv: 0, mask: false);
            for (int i = 0; i < 4; i++) await peer.SendAsync(frame);
            await began.Task.WaitAsync(ClientRig.Bound);
            for (int i = 0; i < 100; i++) await peer.SendAsync(frame);
            await peer.SendCloseAsync(4006);
            await peer.HalfCloseAsync();
            await peer.ReadToEndAsync();
        });
        WebSocketConnection connection = await Connect(server);
        Task<CloseRecord> closed = connection.CloseAsync(4001);
        began.SetResult();
        CloseRecord record = await closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4006, true), (record.Code, record.WasClean));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_a_receive_again_and_again_loses_nothing(bool tls)
    {
        await using var server = Serve(tls, async peer =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                await peer.SendTextAsync($"{i}");
                if (i % 100 == 99) await peer.ReadFrameAsync();
            }

            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        WebSocketConnection connection = await Connect(server);
        int received = 0;
        for (int cancelled = 0; cancelled < 10_000;)
        {
            using var source = new CancellationTokenSource();
            ValueTask<WebSocketMessage?> receive = connection.ReceiveAsync(source.Token);
            source.Cancel();
            try
            {
                if (await receive is not { } message) break;
                Assert.Equal($"{received++}", message.GetText());
                if (received % 100 == 0) await connection.SendAsync("more");
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        while (await connection.ReceiveAsync() is { } message)
        {
            Assert.Equal($"{received++}", message.GetText());
            if (received % 100 == 0) await connection.SendAsync("more");
        }

        Assert.Equal(2_000, received);
        Assert.True((await connection.Closed.WaitAsync(ClientRig.Bound)).WasClean);
    }

    private static RawServer Serve(bool tls, Func<RawPeer, Task> script) => RawServer.Start(script, certificate: tls ? Certificate : null);

    private static Task<WebSocketConnection> Connect(RawServer server, TimeSpan? closeTimeout = null) => ClientRig.ConnectAsync(server.Url, o =>
    {
        ClientRig.Trusting(o);
        if (closeTimeout is { } timeout) o.CloseTimeout = timeout;
    });
}
