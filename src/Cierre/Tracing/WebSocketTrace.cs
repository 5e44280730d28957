using System.Threading.Channels;
using Cierre.Connections;

namespace Cierre;

/// <summary>Shows the frames of one connection, both ways, and what happens to the stream under it, as they pass. RFC 6455 5.2.</summary>
/// <remarks>
/// <para>It is read with <c>await foreach</c>, by one reader at a time, and ends with the connection. A reader that is slow, or none, holds the connection up
/// in nothing: the oldest events are dropped and counted.</para>
/// <para>While nobody traces a connection, a frame costs a comparison with null.</para>
/// </remarks>
public sealed class WebSocketTrace : IAsyncEnumerable<WebSocketTraceEvent>, IDisposable
{
    private readonly ConnectionDriver _driver;
    private readonly Channel<WebSocketTraceEvent> _events;
    private long _missed;

    internal WebSocketTrace(ConnectionDriver driver, WebSocketTraceOptions options, IReadOnlyList<WebSocketTraceFrame> before)
    {
        _driver = driver;
        Options = options;
        FramesBefore = before;
        _events = Channel.CreateBounded<WebSocketTraceEvent>(
            new BoundedChannelOptions(options.Capacity)
            {
                FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, AllowSynchronousContinuations = false
            },
            _ => Interlocked.Increment(ref _missed));
    }

    /// <summary>What was asked for.</summary>
    public WebSocketTraceOptions Options { get; }

    /// <summary>The headers of the last frames before the trace began, both ways, the oldest first; without payloads. No frame is both here and among the
    /// events, and none between is missing.</summary>
    /// <remarks>As many as the connection kept at that moment (<see cref="WebSocketConnectionOptions.MaxRecentFrames"/>,
    /// <see cref="WebSocketConnection.KeepRecentFrames"/>); empty where it kept none.</remarks>
    public IReadOnlyList<WebSocketTraceFrame> FramesBefore { get; }

    /// <summary>How many events were dropped because the reader was behind.</summary>
    public long MissedCount => Interlocked.Read(ref _missed);

    /// <summary>Takes the oldest event that was not read yet, without waiting.</summary>
    /// <param name="next">The event; null where there is none.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WebSocketTraceEvent? next) => _events.Reader.TryRead(out next);

    /// <summary>Reads the events that were not read yet, and waits for more until the connection has ended or the trace is disposed of. Leaving the loop does
    /// not stop the trace.</summary>
    /// <param name="cancellationToken">Ends the wait. The token that says that the connection ends, a handler's, does not: the trace shows that end.</param>
    /// <returns>The events, in the order in which they happened.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerator<WebSocketTraceEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _events.Reader.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator(_driver.Foreign(cancellationToken));

    /// <summary>Stops the trace. What was not read yet can still be read.</summary>
    public void Dispose() => _driver.Traces.StopTrace(this);

    /// <summary>Never waits, and runs no code of the reader's.</summary>
    internal void Add(WebSocketTraceEvent seen) => _events.Writer.TryWrite(seen);

    internal void Complete() => _events.Writer.TryComplete();
}
