using System.Net;
using System.Net.WebSockets;
using Cierre.AspNetCore.Admission;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Cierre.AspNetCore.Tests.SystemNet.AcceptingRig;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>What is known of a connection that YARP passes on, and how it ends.</summary>
public sealed class ObservedRelayTests
{
    public static TheoryData<Carrier> EachKind => Carriers.EachKind;

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Relayed_connection_is_listed_and_its_end_is_one_line(Carrier carrier)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier);
        await using WebSocketConnection client = await rig.ConnectAsync("/relay/echo");
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.SendAsync(new byte[50_000]);
        Assert.Equal(50_000, (await client.ReceiveAsync().Soon())!.Value.Data.Length);
        RelayedConnection relayed = Assert.Single(rig.Server.RelayedConnections);
        Assert.Equal(("/relay/{**rest}", 2, 2), (relayed.Endpoint, relayed.MessagesFromClient, relayed.MessagesFromServer));
        Assert.Empty(rig.Server.Connections);
        CloseRecord record = await client.CloseAsync(4000, "a \"b\"\n").Soon();
        Assert.Equal((4000, "answered", true), (record.Code, record.Reason, record.WasClean));
        string line = await rig.LineAsync();
        Assert.Contains("closed: 4000, clean True, ended by remote, peer-closed: the peer's close frame came first;", line, StringComparison.Ordinal);
        Assert.Contains(
            """client 4000 "a \"b\"\n", server 4000 "answered", to the client 4000 "answered"; from the client 2 messages of 50005 bytes, to it 2 of 50005""", line,
            StringComparison.Ordinal);
        await Waits.Until(() => rig.Server.RelayedConnections.Count == 0, "the connection to leave");
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Close_of_the_server_behind_is_named(Carrier carrier)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier);
        await using WebSocketConnection client = await rig.ConnectAsync("/relay/echo");
        await client.SendAsync("close 4001 enough");
        CloseRecord record = await client.DiscardAllAsync().Soon();
        Assert.Equal((4001, "enough", true), (record.Code, record.Reason, record.WasClean));
        string line = await rig.LineAsync();
        Assert.Contains("closed: 4001, clean True, ended by local, requested: the upstream's close frame came first; close frames: client 4001", line, StringComparison.Ordinal);
        Assert.Contains("server 4001 \"enough\", to the client 4001 \"enough\"", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Carrier.Http1, true, "connection-reset")]
    [InlineData(Carrier.Http1, false, "end-of-stream")]
    [InlineData(Carrier.Tls, true, "connection-reset")]
    [InlineData(Carrier.Tls, false, "end-of-stream")]
    [InlineData(Carrier.Http2, true, "connection-reset")]
    [InlineData(Carrier.Http2, false, "connection-reset")] // RST_STREAM
    public async Task Client_that_is_lost_is_named(Carrier carrier, bool resets, string cause)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier);
        RawPeer client = await rig.Proxy.RawAsync("/relay/echo");
        await client.SendTextAsync("x");
        Assert.Equal("x", (await client.ReadFrameAsync()).Text);
        if (resets) client.Reset();
        else await client.DisposeAsync();
        string line = await rig.LineAsync();
        Assert.Contains($"lost: 1006, {cause}: ", line, StringComparison.Ordinal);
        Assert.Contains("; close frames: client none, server none, to the client none; from the client 1 messages of 1 bytes", line, StringComparison.Ordinal);
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Upstream_that_is_lost_is_named(Carrier carrier)
    {
        await using RelayRig rig = await RelayRig.StartAsync(carrier);
        await using WebSocketConnection client = await rig.ConnectAsync("/relay/echo");
        await client.SendAsync("abort");
        CloseRecord record = await client.DiscardAllAsync().Soon();
        Assert.Equal(1006, record.Code);
        Assert.Contains("lost: 1006, upstream-failed: the connection to the upstream ended; close frames: client none, server none", await rig.LineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_count_a_relayed_connection()
    {
        using var meter = new MeterProbe("Cierre", "http.route", "/metered/{**rest}");
        await using RelayRig rig = await RelayRig.StartAsync(route: "/metered/{**rest}");
        await using WebSocketConnection client = await rig.ConnectAsync("/metered/echo");
        await client.SendAsync("hello");
        await client.ReceiveAsync().Soon();
        Assert.Equal(1, meter.Observe("cierre.messages", "receive"));
        Assert.Equal(5, meter.Observe("cierre.message.io", "transmit"));
        Assert.Equal(1, Assert.Single(meter.Observe("cierre.connection.active")).Value);
        await client.CloseAsync(1000).Soon();
        await rig.LineAsync();
        MeterProbe.Measured close = Assert.Single(meter.Of("cierre.connection.closes"));
        Assert.Equal(("1000", "peer-closed", true), (close.Attributes["cierre.close.code"], close.Attributes["cierre.close.cause"], close.Attributes["cierre.close.clean"]));
        Assert.Equal("opened", Assert.Single(meter.Of("cierre.handshake.duration")).Attributes["cierre.handshake.outcome"]);
        Assert.Equal(0, Assert.Single(meter.Observe("cierre.connection.active")).Value);
    }

    [Fact]
    public async Task Close_frame_that_only_the_end_of_the_stream_brought_to_light_is_told_as_not_passed_on()
    {
        await using RelayRig rig = await RelayRig.StartAsync(map: app => app.Map("/program", async (HttpContext context) =>
        {
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using Stream stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            await using CancellationTokenRegistration registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            // As YARP does, whose read is cancelled before it has the bytes.
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await stream.ReadAsync(new byte[100], context.RequestAborted));
        }));
        await using RawPeer client = await rig.Proxy.RawAsync("/program");
        await client.SendTextAsync("last");
        await client.SendCloseAsync(4000, "gone");
        await client.HalfCloseAsync();
        string line = await rig.LineAsync();
        Assert.Contains("lost: 1006, end-of-stream: ", line, StringComparison.Ordinal);
        Assert.Contains(
            "; close frames: client 4000 \"gone\" (not passed on), server none, to the client none; from the client 0 messages of 0 bytes", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshakes_are_refused_under_pressure_as_at_every_other_endpoint()
    {
        using var meter = new MeterProbe("Cierre", "http.route", "/pressed/{**rest}");
        await using RelayRig rig = await RelayRig.StartAsync(
            route: "/pressed/{**rest}", map: app => app.MapWebSocket("/own", TestServer.EchoAsync, options => options.CapacityResponse = RefusalMode.Close));
        Capacity capacity = rig.Proxy.Services.GetRequiredService<Capacity>();
        capacity.IsUnderPressure = true;
        HttpRefusal own = await RefusalAsync("/"), relayed = await RefusalAsync("/pressed/echo");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, relayed.StatusCode);
        Assert.Equal(own.Body.ToArray(), relayed.Body.ToArray());
        Assert.Equal(RetryAfter(own), RetryAfter(relayed));
        MeterProbe.Measured handshake = Assert.Single(meter.Of("cierre.handshake.duration"));
        Assert.Equal(("refused", "503"), (handshake.Attributes["cierre.handshake.outcome"], handshake.Attributes["error.type"]));
        Assert.Empty(rig.UpstreamSockets);
        // It has a word of its own for that.
        await using WebSocketConnection told = await rig.ConnectAsync("/own");
        Assert.Equal(1013, (await told.DiscardAllAsync().Soon()).Code);
        using HttpResponseMessage plain = await rig.Proxy.SendAsync(new HttpRequestMessage(HttpMethod.Get, rig.Proxy.HttpUrl("/pressed/x")));
        Assert.Equal("plain", await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        capacity.IsUnderPressure = false;
        await using WebSocketConnection back = await rig.ConnectAsync("/pressed/echo");
        await rig.RelayedAsync();

        async Task<HttpRefusal> RefusalAsync(string path) =>
            (await Assert.ThrowsAsync<WebSocketConnectException>(() => rig.ConnectAsync(path))).Record.HttpRefusal!;

        static string? RetryAfter(HttpRefusal refusal) => refusal.Headers.Single(header => header.Key == "Retry-After").Value;
    }

    [Fact]
    public async Task Connections_that_are_ours_and_plain_requests_are_left_alone()
    {
        await using RelayRig rig = await RelayRig.StartAsync(map: app =>
        {
            app.UseCierreWebSockets();
            app.Accept(EchoAsync);
        });
        await using WebSocketConnection mapped = await rig.ConnectAsync("/");
        await using WebSocketConnection accepted = await rig.ConnectAsync("/accept");
        await Waits.Until(() => rig.Server.Connections.Count == 2, "both connections");
        Assert.Empty(rig.Server.RelayedConnections);
        using HttpResponseMessage plain = await rig.Proxy.SendAsync(new HttpRequestMessage(HttpMethod.Get, rig.Proxy.HttpUrl("/relay/x")));
        Assert.Equal("plain", await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Task drain = rig.Server.DrainAsync(new WebSocketDrainOptions { Code = 1012 }, TestContext.Current.CancellationToken);
        Assert.Equal(1012, (await mapped.DiscardAllAsync().Soon()).Code);
        Assert.Equal(1012, (await accepted.DiscardAllAsync().Soon()).Code);
        await drain.Soon();
        Assert.Empty(rig.Lines);
    }

    [Fact]
    public async Task Framework_s_own_WebSockets_behind_it_are_observed_too()
    {
        await using RelayRig rig = await RelayRig.StartAsync(map: app =>
        {
            app.UseWebSockets();
            app.Accept(EchoAsync);
        });
        await using WebSocketConnection client = await rig.ConnectAsync("/accept");
        Assert.Equal("/accept", (await rig.RelayedAsync()).Endpoint);
        Task drain = await rig.BeginDrainAsync();
        Assert.Equal((1012, true), ((await client.DiscardAllAsync().Soon()).Code, (await client.Closed).WasClean));
        await drain.Soon();
    }
}
