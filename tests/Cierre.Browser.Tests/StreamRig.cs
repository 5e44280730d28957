using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>Streams over real sockets, with a raw peer as the server.</summary>
internal static class StreamRig
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Bound);

    public static Task Soon(this Task task) => task.WaitAsync(Bound);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Bound);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Bound);

    public static async Task<(WebSocketStream Stream, WebSocketOpenInfo Info)> OpenAsync(RawServer server, WebSocketStreamOptions? options = null)
    {
        var stream = new WebSocketStream(server.Url.ToString(), options);
        return (stream, await stream.Opened.Soon());
    }

    /// <summary>A server that answers a close frame as RFC 6455 5.5.1 has it, and first tells what it got.</summary>
    public static RawServer Answering(TaskCompletionSource<RawFrame> close, Func<RawPeer, Task>? before = null) => RawServer.Start(async peer =>
    {
        if (before is not null) await before(peer);
        await AnswerAsync(peer, close);
    });

    /// <summary>Reads up to the close frame and answers it.</summary>
    public static async Task<List<RawFrame>> AnswerAsync(RawPeer peer, TaskCompletionSource<RawFrame>? close = null)
    {
        var frames = new List<RawFrame>();
        while (true)
        {
            RawFrame frame = await peer.ReadFrameAsync();
            if (frame.Opcode != 8)
            {
                frames.Add(frame);
                continue;
            }

            close?.SetResult(frame);
            await peer.SendFrameAsync(8, frame.Payload);
            return frames;
        }
    }

    /// <summary>A server that answers no request; it tells when one came and when the client let go.</summary>
    public static RawServer Mute(TaskCompletionSource came, TaskCompletionSource gone) => RawServer.Start(
        async peer =>
        {
            came.SetResult();
            await peer.ReadToEndAsync();
            gone.SetResult();
        },
        switchProtocols: false);

    public static void AssertEmpty(RawFrame close) => Assert.Equal((8, 0), (close.Opcode, close.Payload.Length));

    public static void AssertClose(int code, string reason, RawFrame close) => Assert.Equal((8, code, reason), (close.Opcode, close.CloseCode ?? 1005, close.CloseReason));

    public static async Task<DomException> ThrowsAsync(string name, Func<Task> action)
    {
        var exception = await Assert.ThrowsAnyAsync<DomException>(action);
        Assert.Equal(name, exception.Name);
        return exception;
    }

    public static DomException Throws(string name, Action action)
    {
        var exception = Assert.ThrowsAny<DomException>(action);
        Assert.Equal(name, exception.Name);
        return exception;
    }
}
