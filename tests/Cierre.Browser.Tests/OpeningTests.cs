using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>Of the openings of the core: what the browser's API has of each of their rules.</summary>
public sealed class OpeningTests
{
    /// <summary>Two names of one address, and the address itself.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sockets_open_one_after_the_other_and_one_that_fails_lets_the_next_one_on(bool succeeds)
    {
        int opening = 0, most = 0;
        await using var server = RawServer.Start(
            async peer =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref opening));
                // Time for another one to come, if it were let.
                for (int i = 0; i < 20; i++) await Task.Yield();
                Interlocked.Decrement(ref opening);
                if (!succeeds)
                {
                    await peer.SendAsync("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
                    return;
                }

                await peer.SwitchProtocolsAsync();
                await peer.ReadFrameAsync();
                await peer.SendCloseAsync(1000);
            },
            switchProtocols: false);
        Uri[] urls = [new Uri($"ws://localhost:{server.Port}/"), new Uri($"ws://127.0.0.1:{server.Port}/")];
        WebSocket[] sockets = [.. Enumerable.Range(0, 12).Select(i => SocketRig.Make(urls[i % 2]))];
        CloseEvent[] closes = await Task.WhenAll(sockets.Select(async socket =>
        {
            if (succeeds)
            {
                await socket.Opened;
                socket.Close(1000);
            }

            return await socket.Closed;
        })).WaitAsync(SocketRig.Bound);
        Assert.All(closes, close => Assert.Equal(succeeds ? 1000 : 1006, close.Code));
        Assert.Equal(1, most);
    }

    [Fact]
    public void Name_that_is_there_twice_is_refused_by_the_browsers_API_too()
    {
        var options = new BrowserWebSocketOptions { RequiredExtensions = { "a", "a" } };
        Assert.Throws<ArgumentException>(() => new WebSocket("ws://localhost:1/", options));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Browsers_API_never_opens_and_its_error_comes_only_without_an_answer(bool answered)
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            if (answered) await peer.SendCloseAsync(1010);
        });
        var order = new List<string>();
        var closed = new TaskCompletionSource<CloseEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        var socket = new WebSocket(server.Url.ToString(), new BrowserWebSocketOptions { RequiredExtensions = { "x-wanted" } });
        socket.OnOpen = e => order.Add(e.Type);
        socket.OnError = e => order.Add(e.Type);
        socket.OnClose = e =>
        {
            order.Add(e.Type);
            closed.SetResult(e);
        };
        CloseEvent close = await closed.Task.WaitAsync(SocketRig.Bound);
        Assert.Equal((answered ? 1010 : 1006, answered), (close.Code, close.WasClean));
        Assert.Equal(answered ? ["close"] : ["error", "close"], order);
        Assert.Equal(CloseCause.ExtensionMissing, close.Record!.Cause);
        await Assert.ThrowsAsync<WebSocketConnectException>(() => socket.Opened);
    }

    [Fact]
    public async Task User_and_password_of_the_URL_answer_a_401_and_are_shown_nowhere()
    {
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                Assert.Null(peer.Header("Authorization"));
                await peer.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                await peer.ReadHeadAsync();
                Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("us@er:s3cret")), peer.Header("Authorization"));
                await peer.SwitchProtocolsAsync();
                await peer.SendCloseAsync(4001);
                await peer.ReadFrameAsync();
            },
            switchProtocols: false);
        var url = new Uri($"ws://us%40er:s3cret@localhost:{server.Port}/");
        var socket = new WebSocket(url.OriginalString);
        var closed = new TaskCompletionSource<CloseEvent>();
        socket.OnClose = closed.SetResult;
        Assert.Equal(4001, (await closed.Task.WaitAsync(SocketRig.Bound)).Code);
        await using var stream = new WebSocketStream(url.OriginalString);
        Assert.Equal(4001, (int)(await stream.Closed.WaitAsync(SocketRig.Bound)).CloseCode!);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; seen < value; seen = most) Interlocked.CompareExchange(ref most, value, seen);
    }
}
