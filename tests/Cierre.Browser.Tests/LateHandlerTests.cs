using System.Globalization;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>A browser cannot lose an event to a handler that is set a moment late; on a thread pool the close is faster than the next line at times.</summary>
/// <remarks>CIERRE_LATE_HANDLERS sets another number of connections.</remarks>
public sealed class LateHandlerTests
{
    private const int AtOnce = 32;

    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("CIERRE_LATE_HANDLERS") ?? "20000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_close_event_fires_exactly_once_however_late_its_handler_is_set()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(4000, "at once");
            await peer.ReadFrameAsync();
        });
        int late = 0, left = Count;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            int number;
            while ((number = Interlocked.Decrement(ref left)) >= 0)
            {
                WebSocket socket = SocketRig.Make(server.Url);
                await PauseAsync();
                // However slow the machine is, some are late for certain.
                if (number % 100 == 0) await CloseAsync(socket).WaitAsync(SocketRig.Bound);
                if (socket.ReadyState == WebSocket.CLOSED) Interlocked.Increment(ref late);
                int calls = 0, opens = 0;
                var closed = new TaskCompletionSource<CloseEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
                socket.OnOpen = _ => opens++;
                socket.OnClose = e =>
                {
                    calls++;
                    closed.TrySetResult(e);
                };
                CloseEvent close = await closed.Task.WaitAsync(SocketRig.Bound);
                Assert.Equal((4000, "at once", true, WebSocket.CLOSED), (close.Code, close.Reason, close.WasClean, socket.ReadyState));
                // Nothing comes after it: the socket's tasks are done.
                await Task.Yield();
                Assert.Equal((1, 1), (calls, opens));
            }
        })));
        // Without handlers that came too late this would show nothing.
        Assert.NotEqual(0, late);
    }

    private static async Task CloseAsync(WebSocket socket)
    {
        while (socket.ReadyState != WebSocket.CLOSED) await Task.Yield();
    }

    private static async Task PauseAsync()
    {
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * 2);
        while (System.Diagnostics.Stopwatch.GetElapsedTime(begun) < pause) await Task.Yield();
    }
}
