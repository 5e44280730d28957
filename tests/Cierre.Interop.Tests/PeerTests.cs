using System.Text;
using System.Text.Json;
using Cierre.Closing;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>What holds with every peer, in the role it plays. What its public API cannot do, it is asked whether it really cannot.</summary>
public abstract class PeerTests(PeerFixture peer, PeerRole role) : IDisposable
{
    private const string Reason = "adiós, 再见";

    public static TheoryData<int> Codes => [1000, 3000, 4999, CloseCodes.NoStatusReceived];

    public void Dispose()
    {
        peer.Show(TestContext.Current.TestOutputHelper);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Text_and_binary_of_every_size_come_back_as_they_went()
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        foreach (int size in (int[])[0, 1, 125, 126, 65535, 65536, 1024 * 1024])
        {
            string text = TextOf(size);
            await theirs.SendAsync(text);
            Assert.Equal(text, await EchoAsync(ours));
            Assert.Equal(text, await theirs.ReceiveAsync());

            byte[] data = new byte[size];
            new Random(size).NextBytes(data);
            await theirs.SendAsync(data);
            Assert.Equal(data, await EchoAsync(ours));
            Assert.Equal(data, await theirs.ReceiveAsync());
        }

        await EndAsync(ours, theirs);
    }

    [Fact]
    public async Task Our_fragments_arrive_as_one_message_with_a_ping_between_them()
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        byte[] text = Encoding.UTF8.GetBytes(TextOf(1000)); // 333 is in the middle of a code point
        await using (WebSocketMessageStream message = await ours.OpenSendStreamAsync(WebSocketMessageKind.Text))
        {
            await message.WriteAsync(text.AsMemory(0, 333));
            await peer.Peer.Within(ours.PingAsync(), "to answer a ping between fragments");
            await message.WriteAsync(text.AsMemory(333));
        }

        Assert.Equal(Encoding.UTF8.GetString(text), await theirs.ReceiveAsync());
        byte[] data = new byte[200_000];
        Random.Shared.NextBytes(data);
        await using (WebSocketMessageStream message = await ours.OpenSendStreamAsync(WebSocketMessageKind.Binary))
        {
            foreach (byte[] piece in data.Chunk(70_000)) await message.WriteAsync(piece);
        }

        Assert.Equal(data, await theirs.ReceiveAsync());
        await EndAsync(ours, theirs);
    }

    [Fact]
    public async Task Its_fragments_arrive_as_one_message()
    {
        if (!await CanAsync("fragments", peer.Kind.Fragments)) return;
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        await theirs.SendAsync("añ", "", "€😀");
        Assert.Equal("añ€😀", await EchoAsync(ours));
        Assert.Equal("añ€😀", await theirs.ReceiveAsync());
        byte[] data = new byte[200_000];
        Random.Shared.NextBytes(data);
        await theirs.SendAsync([.. data.Chunk(70_000)]);
        Assert.Equal(data, await EchoAsync(ours));
        Assert.Equal(data, await theirs.ReceiveAsync());
        Assert.True(ours.Traffic.FramesReceived >= 6, $"{ours.Traffic.FramesReceived} frames came: nothing was fragmented");
        await EndAsync(ours, theirs);
    }

    [Fact]
    public async Task Both_sides_name_the_same_subprotocol()
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role, "chat.v3", "chat.v1");
        Assert.Equal(("chat.v1", "chat.v1"), (ours.Subprotocol, theirs.Protocol));
        await EndAsync(ours, theirs);

        (ours, theirs) = await peer.OpenAsync(role);
        Assert.Equal((null, ""), (ours.Subprotocol, theirs.Protocol));
        await EndAsync(ours, theirs);
    }

    [Fact]
    public async Task No_extension_is_agreed_that_we_do_not_speak()
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        Assert.Equal("", ours.Extensions);
        await EndAsync(ours, theirs);
    }

    [Fact]
    public async Task Our_ping_is_answered_and_its_round_trip_measured()
    {
        bool sees = await CanAsync("seesPings", peer.Kind.SeesPings);
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        TimeSpan roundTrip = await peer.Peer.Within(ours.PingAsync(), "to answer a ping");
        Assert.InRange(roundTrip, TimeSpan.FromTicks(1), Peer.Limit);
        Assert.Equal(roundTrip, ours.LastRoundTrip);
        if (sees) await theirs.PingedAsync();
        await EndAsync(ours, theirs);
    }

    [Fact]
    public async Task Its_ping_is_answered()
    {
        if (!await CanAsync("ping", peer.Kind.Ping)) return;
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        Assert.InRange(await theirs.PingAsync(), TimeSpan.FromTicks(1), Peer.Limit);
        await EndAsync(ours, theirs);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Close_that_it_begins_ends_clean_with_its_code(int code)
    {
        bool empty = code == CloseCodes.NoStatusReceived;
        if (empty && !await CanAsync("emptyClose", peer.Kind.EmptyClose)) return;
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        string reason = empty ? "" : Reason;
        await theirs.CloseAsync(empty ? 0 : code, reason);
        CloseRecord record = await ClosedAsync(ours);
        Assert.Equal((code, reason, true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal((new CloseFrame((ushort)code, reason), new CloseFrame((ushort)code)), (record.Received, record.Sent));
        Assert.Equal((true, EndedBy.Remote, CloseCause.PeerClosed), (record.ReceivedFirst, record.EndedBy, record.Cause));
        Assert.Equal(new PeerClose(code, "", true), await theirs.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Close_that_we_begin_ends_clean_with_our_code(int code)
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        bool empty = code == CloseCodes.NoStatusReceived;
        string reason = empty ? "" : Reason;
        // No public call of a connection sends an empty body.
        if (empty) ours.Driver.BeginClose(CloseFrame.Empty, EndReason.Requested);
        else _ = ours.CloseAsync((ushort)code, reason);
        CloseRecord record = await ClosedAsync(ours);
        Assert.Equal((code, PeerKind.Can(peer.Kind.RepeatsReason) ? reason : "", true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal(new CloseFrame((ushort)code, reason), record.Sent);
        Assert.Equal((false, EndedBy.Local, CloseCause.Requested), (record.ReceivedFirst, record.EndedBy, record.Cause));
        Assert.Equal(new PeerClose(code, reason, true), await theirs.ClosedAsync());
    }

    [Fact]
    public async Task Connection_that_we_abort_is_1006_on_both_sides()
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        ours.Abort();
        CloseRecord record = await ClosedAsync(ours);
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.Aborted), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal(new PeerClose(1006, "", false), await theirs.ClosedAsync());
    }

    [Fact]
    public async Task Connection_that_it_terminates_is_1006_on_both_sides()
    {
        if (!await CanAsync("terminate", peer.Kind.Terminate)) return;
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        await theirs.TerminateAsync();
        CheckLost(await ClosedAsync(ours));
        Assert.Equal(new PeerClose(1006, "", false), await theirs.ClosedAsync());
    }

    [Fact]
    public async Task Connection_of_a_process_that_is_killed_is_1006()
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenAsync(role);
        try
        {
            bool tells = await peer.Peer.KillAsync();
            CheckLost(await ClosedAsync(ours));
            if (tells) Assert.Equal(new PeerClose(1006, "", false), await theirs.ClosedAsync());
        }
        finally
        {
            await peer.RestartAsync();
        }
    }

    [Fact]
    public async Task Table_tells_whether_it_serves_and_whether_it_says_that_a_close_was_clean()
    {
        await CanAsync("server", peer.Kind.AsServer);
        await CanAsync("wasClean", peer.Kind.WasClean);
    }

    private static void CheckLost(CloseRecord record)
    {
        Assert.Equal((1006, "", false, EndedBy.Network), (record.Code, record.Reason, record.WasClean, record.EndedBy));
        Assert.Equal((null, null), (record.Sent, record.Received));
        Assert.Equal(CloseCause.EndOfStream, record.Cause);
    }

    /// <summary>A text of that many bytes of UTF-8, with code points of every length.</summary>
    private static string TextOf(int bytes) => string.Concat(Enumerable.Repeat("añ€😀", bytes / 10)) + new string('x', bytes % 10);

    private async Task<object> EchoAsync(WebSocketConnection ours)
    {
        WebSocketMessage message = await peer.Peer.Within(ours.ReceiveAsync().AsTask(), "to send a message") ?? throw new InvalidOperationException($"closed: {await ours.Closed}");
        object content = message.Kind == WebSocketMessageKind.Text ? message.GetText() : message.ToArray();
        await peer.Peer.Within(SendAsync(), "to read a message");
        return content;

        async Task<bool> SendAsync()
        {
            await ours.SendAsync(message);
            return true;
        }
    }

    private Task<CloseRecord> ClosedAsync(WebSocketConnection ours) => peer.Peer.Within(ours.Closed, "to end the connection");

    private async Task EndAsync(WebSocketConnection ours, PeerSocket theirs)
    {
        _ = ours.CloseAsync();
        CloseRecord record = await ClosedAsync(ours);
        Assert.True(record.WasClean, record.Explain(System.Globalization.CultureInfo.InvariantCulture));
        await theirs.ClosedAsync();
    }

    /// <summary>Asks the peer itself whether its API can do it, and holds the table to the answer.</summary>
    private async Task<bool> CanAsync(string what, string table)
    {
        JsonElement can = await peer.Peer.AskAsync("can");
        Assert.Equal(PeerKind.Can(table), can.GetProperty(what).GetBoolean());
        return PeerKind.Can(table);
    }
}
