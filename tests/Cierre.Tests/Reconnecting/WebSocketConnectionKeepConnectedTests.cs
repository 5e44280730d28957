using System.Globalization;
using Cierre.TestKit;
using Cierre.Tests.Client;
using Xunit;

namespace Cierre.Tests.Reconnecting;

/// <summary><see cref="WebSocketConnection.KeepConnectedAsync"/> over real sockets.</summary>
public sealed class WebSocketConnectionKeepConnectedTests
{
    private static readonly ReconnectPolicy TwiceAtOnce = (last, attempt) => attempt <= 2 ? ReconnectDecision.After(TimeSpan.Zero) : ReconnectDecision.Stop;

    [Fact]
    public async Task Each_connection_is_a_new_one_and_tells_its_own_end()
    {
        int count = 0;
        await using RawServer server = RawServer.Start(async peer =>
        {
            ushort code = (ushort)(4000 + Interlocked.Increment(ref count));
            await peer.SendTextAsync($"{code}");
            await peer.SendCloseAsync(code);
            await peer.ReadFrameAsync();
        });
        var seen = new List<string>();
        await foreach (WebSocketConnection connection in WebSocketConnection.KeepConnectedAsync(server.Url, new() { Policy = TwiceAtOnce }).WithCancellation(Soon()))
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) seen.Add(message.GetText());
            seen.Add($"{(await connection.Closed).Code}");
        }

        Assert.Equal(["4001", "4001", "4002", "4002", "4003", "4003"], seen);
    }

    [Theory]
    [InlineData("", "3 connections in a row were lost within a second of opening")]
    [InlineData("es", "3 conexiones seguidas se perdieron antes de un segundo de abrirse")]
    public async Task Loss_right_after_opening_again_and_again_is_named_by_the_explanation(string culture, string words)
    {
        await using RawServer server = RawServer.Start(peer => peer.HalfCloseAsync());
        CloseRecord? last = null;
        await foreach (WebSocketConnection connection in WebSocketConnection.KeepConnectedAsync(server.Url, new() { Policy = TwiceAtOnce }, Soon())) last = await connection.Closed;
        Assert.Contains(words, last!.Explain(CultureInfo.GetCultureInfo(culture)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_that_fails_is_told_and_where_nothing_ever_opens_thrown()
    {
        ReconnectPlan? told = null;
        var url = new Uri($"ws://127.0.0.1:{ClientRig.ClosedPort()}/");
        var options = new WebSocketReconnectOptions { Policy = (_, attempt) => attempt == 1 ? ReconnectDecision.After(TimeSpan.Zero) : ReconnectDecision.Stop, OnEnded = plan => told = plan };
        await Assert.ThrowsAsync<WebSocketConnectException>(async () =>
        {
            await foreach (WebSocketConnection _ in WebSocketConnection.KeepConnectedAsync(url, options, Soon())) Assert.Fail("It opened.");
        });
        Assert.Equal(2, told!.Attempt);
        await Assert.ThrowsAsync<WebSocketConnectException>(async () => await WebSocketConnection.KeepConnected(url, (_, _) => Task.CompletedTask, options, Soon()).Completion);
        Assert.Equal((CloseCause.ConnectionRefused, 2, null), (told!.Last.Cause, told.Attempt, told.Delay));
    }

    [Fact]
    public async Task Server_that_closes_each_connection_at_once_does_not_end_a_handler_that_sends()
    {
        const int Connections = 200;
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(1001);
            await peer.ReadFrameAsync();
        });
        var options = new WebSocketReconnectOptions { Policy = (_, attempt) => attempt < Connections ? ReconnectDecision.After(TimeSpan.Zero) : ReconnectDecision.Stop };
        int calls = 0;
        CloseRecord last = await WebSocketConnection.KeepConnected(
            server.Url,
            async (connection, token) =>
            {
                calls++;
                for (int i = 0; i < 3; i++) await connection.SendAsync("subscribe", CancellationToken.None);
                await foreach (WebSocketMessage message in connection.ReadAllAsync(token)) Assert.Fail(message.GetText());
            },
            options,
            Soon()).Completion;
        Assert.Equal((Connections, 1001), (calls, last.Code));
    }

    [Fact]
    public void Misuse_is_told_before_the_loop_begins()
    {
        Assert.Throws<ArgumentNullException>(() => WebSocketConnection.KeepConnectedAsync(null!));
        Assert.Throws<ArgumentNullException>(() => { WebSocketConnection.KeepConnected(new Uri("ws://localhost/"), null!); });
        Assert.Throws<ArgumentException>(() => { WebSocketConnection.KeepConnected(new Uri("ftp://localhost/"), (_, _) => Task.CompletedTask); });
        Assert.Throws<ArgumentException>(() => WebSocketConnection.KeepConnectedAsync(new Uri("ftp://localhost/")));
        Assert.Throws<ArgumentException>(() => WebSocketConnection.KeepConnectedAsync(new Uri("ws://localhost/"), new() { AlternateUrls = { new Uri("ws://localhost/#a") } }));
        Assert.Throws<ArgumentException>(() => WebSocketConnection.KeepConnectedAsync(new Uri("ws://localhost/"), new() { Headers = { new("bad name", "x") } }));
        Assert.Throws<ArgumentException>(() => WebSocketConnection.KeepConnectedAsync(new Uri("ws://localhost/"), new() { Subprotocols = { "bad name" } }));
    }

    private static CancellationToken Soon() => new CancellationTokenSource(ClientRig.Bound).Token;
}
