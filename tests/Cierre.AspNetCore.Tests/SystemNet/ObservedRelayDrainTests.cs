using System.Net;
using System.Net.WebSockets;
using Cierre.AspNetCore.Roster;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;
using static Cierre.AspNetCore.Tests.SystemNet.AcceptingRig;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>A drain through a real YARP: each client has 1012 between two messages, and the server behind has its client's close.</summary>
public sealed class ObservedRelayDrainTests
{
    public static TheoryData<Carrier> EachKind => Carriers.EachKind;

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Close_frame_stands_between_two_messages_under_constant_traffic(Carrier carrier)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier);
        for (int round = 0; round < 10; round++)
        {
            RawPeer client = await rig.Proxy.RawAsync("/relay/ticks");
            List<RawFrame> frames = [];
            while (frames.Count < 10 + round) frames.Add(await client.ReadFrameAsync());
            Task drain = await rig.BeginDrainAsync();
            while (frames[^1].Opcode != 8) frames.Add(await client.ReadFrameAsync());
            Assert.Equal((1012, "the service restarts"), (frames[^1].CloseCode, frames[^1].CloseReason));
            Assert.True(frames[^2].Fin, "in the middle of a message");
            Assert.All(frames, frame => Assert.Equal((0, false), (frame.Rsv, frame.Masked)));
            int part = 0;
            foreach (RawFrame frame in frames[..^1])
            {
                Assert.Equal(part == 0 ? 2 : 0, frame.Opcode);
                part = frame.Fin ? 0 : part + 1;
            }

            // What the client sends until it answers is not lost.
            await client.SendTextAsync("last");
            await client.SendCloseAsync(1012, "gone");
            (byte[] bytes, _) = await client.ReadToEndAsync();
            Assert.Empty(bytes);
            await drain.Soon();
            Assert.True(rig.UpstreamEnds.TryDequeue(out (int? Code, string? Reason) upstream));
            Assert.Equal((1012, "gone"), upstream);
            client.Dispose();
            rig.Server.EndDrain();
        }

        Assert.All(rig.Lines, line => Assert.Contains(
            "closed: 1012, clean True, ended by local, host-stopping: the service restarts; close frames: client 1012 \"gone\", server 1012 \"answered\", to the client 1012",
            line, StringComparison.Ordinal));
        Assert.Equal(10, rig.Lines.Count());
    }

    [Theory]
    [InlineData(Carrier.Http1, 1)]
    [InlineData(Carrier.Http2, 1)]
    [InlineData(Carrier.Http1, 2)]
    public async Task Idle_clients_of_both_libraries_close_clean(Carrier carrier, int upstreamMajor)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier, upstreamVersion: new Version(upstreamMajor, upstreamMajor == 2 ? 0 : 1));
        await using WebSocketConnection ours = await rig.ConnectAsync("/relay/echo");
        await ours.SendAsync("x");
        await ours.ReceiveAsync().Soon();
        using ClientWebSocket? theirs = carrier == Carrier.Http1 ? await rig.SystemAsync("/relay/echo") : null;
        Task drain = await rig.BeginDrainAsync(theirs is null ? 1 : 2);
        CloseRecord record = await ours.DiscardAllAsync().Soon();
        Assert.Equal((1012, "the service restarts", true), (record.Code, record.Reason, record.WasClean));
        if (theirs is not null)
        {
            WebSocketReceiveResult result = await theirs.ReceiveAsync(new ArraySegment<byte>(new byte[10]), None).Soon();
            Assert.Equal((WebSocketMessageType.Close, (WebSocketCloseStatus?)1012), (result.MessageType, result.CloseStatus));
            await theirs.CloseAsync((WebSocketCloseStatus)1012, "", None).Soon();
        }

        await drain.Soon();
        Assert.All(rig.UpstreamEnds, end => Assert.Equal(1012, end.Code));
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => rig.ConnectAsync("/relay/echo"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Record.HttpRefusal!.StatusCode);
    }

    [Fact]
    public async Task Hundred_clients_under_traffic_all_have_1012()
    {
        await using RelayRig rig = await RelayRig.StartAsync();
        WebSocketConnection[] clients = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => rig.ConnectAsync(i % 10 == 0 ? "/relay/ticks" : "/relay/echo")));
        Task<CloseRecord>[] ends = [.. clients.Select(client => client.DiscardAllAsync())];
        await Waits.Until(() => rig.Server.RelayedConnections.Count(c => c.MessagesFromServer > 5) == 10, "traffic");
        await (await rig.BeginDrainAsync(100)).Soon();
        Assert.All(await Task.WhenAll(ends).Soon(), record => Assert.Equal((1012, true), (record.Code, record.WasClean)));
        Assert.Equal(100, rig.UpstreamEnds.Count(end => end.Code == 1012));
        Assert.Equal(100, rig.Lines.Count());
        Assert.All(rig.Lines, line => Assert.Contains("closed: 1012, clean True", line, StringComparison.Ordinal));
        foreach (WebSocketConnection client in clients) await client.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Client_that_does_not_answer_is_cut_and_the_server_behind_has_a_close_frame(Carrier carrier)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier, closeTimeout: TimeSpan.FromSeconds(2));
        using RawPeer client = await rig.Proxy.RawAsync("/relay/echo");
        Task drain = await rig.BeginDrainAsync();
        Assert.Equal(1012, (await client.ReadFrameAsync()).CloseCode);
        await drain.Soon();
        Assert.Equal((1012, "the service restarts"), Assert.Single(rig.UpstreamEnds));
        Assert.Contains(
            "closed: 1006, clean False, ended by local, close-timeout: no close frame came from the peer within 2 s of the decision to close; "
            + "close frames: client none, server 1012 \"answered\", to the client 1012", await rig.LineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_in_the_middle_of_a_frame_is_cut()
    {
        await using RelayRig rig = await RelayRig.StartAsync(closeTimeout: TimeSpan.FromMilliseconds(300));
        using RawPeer client = await rig.Proxy.RawAsync("/relay/echo");
        await client.SendAsync(new byte[] { 0x81, 0x85, 1, 2 });
        Task drain = await rig.BeginDrainAsync();
        Assert.Equal(1012, (await client.ReadFrameAsync()).CloseCode);
        await drain.Soon();
        await Waits.Until(() => !rig.UpstreamEnds.IsEmpty, "the upstream's end");
        Assert.Null(Assert.Single(rig.UpstreamEnds).Code);
    }

    [Fact]
    public async Task Message_that_does_not_end_has_the_close_frame_between_its_fragments()
    {
        await using RelayRig rig = await RelayRig.StartAsync(closeTimeout: TimeSpan.FromMilliseconds(600));
        using RawPeer client = await rig.Proxy.RawAsync("/relay/begin");
        Assert.False((await client.ReadFrameAsync()).Fin);
        Task drain = await rig.BeginDrainAsync();
        Assert.Equal(1012, (await client.ReadFrameAsync()).CloseCode);
        await client.SendCloseAsync(1012);
        await drain.Soon();
        Assert.Equal(1012, Assert.Single(rig.UpstreamEnds).Code);
    }

    [Fact]
    public async Task Close_that_is_under_way_is_left_alone_and_bounded()
    {
        await using RelayRig rig = await RelayRig.StartAsync(closeTimeout: TimeSpan.FromMilliseconds(300));
        using RawPeer client = await rig.Proxy.RawAsync("/relay/echo");
        await client.SendTextAsync("close 4005 x");
        Assert.Equal(4005, (await client.ReadFrameAsync()).CloseCode);
        await (await rig.BeginDrainAsync()).Soon();
        Assert.Empty((await client.ReadToEndAsync()).Bytes);
        Assert.Contains("ended by local, close-timeout: ", await rig.LineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_that_goes_on_when_its_socket_has_ended_or_was_cut_keeps_no_drain(bool isCut)
    {
        var work = new TaskCompletionSource();
        await using RelayRig rig = await RelayRig.StartAsync(map: app =>
        {
            app.UseWebSockets();
            app.Accept(async (socket, context) =>
            {
                if (!isCut) await EchoAsync(socket, context);
                await work.Task;
            });
        });
        await using WebSocketConnection client = await rig.ConnectAsync("/accept");
        RelayedConnection relayed = await rig.RelayedAsync();
        if (isCut) relayed.Abort();
        else Assert.Equal(4000, (await client.CloseAsync(4000).Soon()).Code);
        await Waits.Until(() => rig.Server.RelayedConnections.Count == 0, "the connection to leave");
        string line = await rig.LineAsync();
        Assert.Contains(isCut ? ", aborted: " : "closed: 4000, clean True", line, StringComparison.Ordinal);
        await rig.Server.DrainAsync(cancellationToken: None).Soon();
        LateHandlers late = rig.Proxy.Services.GetRequiredService<LateHandlers>();
        Assert.Equal(("/accept", 1), Assert.Single(late.ByEndpoint()));
        work.SetResult();
        await Waits.Until(() => late.ByEndpoint().Count == 0, "the program to return");
        Assert.Equal(line, await rig.LineAsync());
    }

    [Fact]
    public async Task Program_that_keeps_its_stream_behind_both_close_frames_is_cut_and_keeps_no_drain_either()
    {
        TaskCompletionSource answered = new(), work = new();
        await using RelayRig rig = await RelayRig.StartAsync(
            closeTimeout: TimeSpan.FromMilliseconds(300),
            map: app =>
            {
                app.UseWebSockets();
                app.Accept(async (socket, _) =>
                {
                    await socket.CloseOutputAsync((WebSocketCloseStatus)4000, "", None);
                    await socket.ReceiveAsync(new ArraySegment<byte>(new byte[100]), None);
                    answered.SetResult();
                    await work.Task;
                });
            });
        using RawPeer client = await rig.Proxy.RawAsync("/accept");
        Assert.Equal(4000, (await client.ReadFrameAsync()).CloseCode);
        await client.SendCloseAsync(4000);
        await answered.Task.Soon();
        await rig.Server.DrainAsync(cancellationToken: None).Soon();
        Assert.Contains("closed: 4000, clean True", await rig.LineAsync(), StringComparison.Ordinal);
        work.SetResult();
    }

    [Fact]
    public async Task Host_that_stops_drains_what_is_relayed()
    {
        await using RelayRig rig = await RelayRig.StartAsync();
        await using WebSocketConnection client = await rig.ConnectAsync("/relay/ticks");
        await rig.RelayedAsync();
        Task<CloseRecord> end = client.DiscardAllAsync();
        Task stop = rig.Proxy.StopAsync();
        Assert.Equal((1001, true), ((await end.Soon()).Code, (await end).WasClean));
        await stop.Soon();
        Assert.Contains("host-stopping: the server is stopping", await rig.LineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abort_cuts_both_sides()
    {
        await using RelayRig rig = await RelayRig.StartAsync();
        await using WebSocketConnection client = await rig.ConnectAsync("/relay/echo");
        (await rig.RelayedAsync()).Abort();
        Assert.Equal(1006, (await client.DiscardAllAsync().Soon()).Code);
        await Waits.Until(() => !rig.UpstreamEnds.IsEmpty, "the upstream's end");
        Assert.Contains("aborted", await rig.LineAsync(), StringComparison.Ordinal);
    }
}
