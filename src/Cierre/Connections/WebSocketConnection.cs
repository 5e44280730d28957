using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Sending;
using Cierre.Tracing;
using Cierre.Transports;

namespace Cierre;

/// <summary>An open WebSocket connection, client or server: messages in and out, and an end that is always explained.</summary>
/// <remarks>
/// <para>Sends may run concurrently; they keep their order. One receive may wait at a time. Receiving ends when the connection ends: it does not throw for a
/// close.</para>
/// <para>A receive continues on the thread that brought the bytes: code after it should not block.</para>
/// <para>Every connection ends in exactly one <see cref="CloseRecord"/>: <see cref="Closed"/>. RFC 6455.</para>
/// </remarks>
public sealed partial class WebSocketConnection : IAsyncDisposable
{
    private static long _lastId;

    private WebSocketNegotiation _negotiated;
    private ConnectionCore? _opened;

    /// <summary>One that is not open yet: a server makes it before it answers, for those who are given it with the request's other values.</summary>
    internal WebSocketConnection(WebSocketNegotiation negotiated) => _negotiated = negotiated;

    /// <param name="negotiated">What was agreed on, with the terms of this end.</param>
    internal WebSocketConnection(WebSocketRole role, WebSocketConnectionOptions options, Transport transport, WebSocketNegotiation negotiated)
        : this(negotiated) => Open(role, options, transport);

    /// <summary>Its number: no other connection of the process has it, and one that was opened later has a higher one.</summary>
    public long Id { get; } = Interlocked.Increment(ref _lastId);

    /// <summary>Which end of the connection this is.</summary>
    // Only a server's is made before it opens.
    public WebSocketRole Role => _opened?.Role ?? WebSocketRole.Server;

    /// <summary>The subprotocol that was agreed on; null for none. RFC 6455 1.9.</summary>
    public string? Subprotocol => _negotiated.Subprotocol;

    /// <summary>The extensions in use, as in <c>Sec-WebSocket-Extensions</c>; empty for none. RFC 6455 9.1.</summary>
    public string Extensions => _negotiated.Extensions;

    /// <summary>The address: for a client the one it connected to, after redirects, without a user name and password; for one over a pipe or stream what
    /// <see cref="WebSocketNegotiation.Url"/> says; null for a pair in memory.</summary>
    public Uri? Url => _negotiated.Url;

    /// <summary>The HTTP version that carried the opening handshake: 1.1 or 2.0, or what <see cref="WebSocketNegotiation.HttpVersion"/> says.</summary>
    public Version HttpVersion => _negotiated.HttpVersion;

    /// <summary>The headers of the server's answer, with which a client's opening succeeded; null for a server's connection, for a pair in memory and for one
    /// over a pipe or stream. RFC 6455 4.2.2.</summary>
    public HttpResponseHeaders? ResponseHeaders { get; internal set; }

    /// <summary>Where the time of the opening went; null for a server's connection, for a pair in memory and for one over a pipe or
    /// stream.</summary>
    public OpeningTimes? OpeningTimes { get; internal set; }

    /// <summary>The session that goes on when a connection is lost which carries it: of a <see cref="ResumableConnection"/>, and of a handler whose endpoint
    /// resumes sessions. Null for a connection over one transport.</summary>
    public WebSocketSession? Session => _core.Session;

    /// <summary>Whether no close was begun by either side.</summary>
    public bool IsOpen => _core.IsOpen;

    /// <summary>How the connection ended. Completes once, when the transport is closed; never fails. RFC 6455 7.1.4.</summary>
    /// <remarks>The end is found by reading, and reading stops where 64 KiB of messages wait that nobody receives: a close frame of the peer behind them is not
    /// seen, and this does not complete until they are received, or until this end closes. Who only sends awaits <see cref="DiscardAllAsync"/>
    /// instead.</remarks>
    public Task<CloseRecord> Closed => _core.Closed;

    /// <summary>What passed so far; after the end, what its record says.</summary>
    public ConnectionTraffic Traffic => _core.Traffic;

    /// <summary>The round trip of the last ping that was answered, keep-alive included; null before the first.</summary>
    public TimeSpan? LastRoundTrip => _core.LastRoundTrip;

    /// <summary>Sends a ping and waits for its answer. RFC 6455 5.5.2.</summary>
    /// <param name="cancellationToken">Ends the wait; the ping is out.</param>
    /// <returns>The time from the ping to its pong.</returns>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed, or closed before the answer came.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken = default) => _core.PingAsync(cancellationToken);

    /// <summary>How long it has been open; after the end, how long it was. The times in <see cref="Traffic"/> count from the same moment.</summary>
    public TimeSpan Age => _core.Age;

    /// <summary>How long no message has passed either way; pings do not count.</summary>
    public TimeSpan IdleTime => _core.IdleTime;

    /// <summary>How many bytes wait to be sent: what was taken and the operating system does not have yet. Limited by
    /// <see cref="WebSocketConnectionOptions.SendBufferLimit"/>.</summary>
    public long QueuedBytes => _core.QueuedBytes;

    internal ConnectionCore Core => _core;

    /// <inheritdoc cref="ConnectionCore.OverOneTransport"/>
    internal ConnectionDriver Driver => _core.OverOneTransport;

    // What is called on most paths: the throw is elsewhere, so that this is inlined.
    private ConnectionCore _core => _opened ?? NotOpen();

    internal void Open(WebSocketRole role, WebSocketConnectionOptions options, Transport transport)
    {
        var driver = new ConnectionDriver(role, options.ToLimits(), transport, options.TimeProvider, _negotiated.Terms, Id)
        {
            Engine = { CloseCodes = options.CloseCodes },
            Sending =
            {
                Buffer = new SendBuffer(options.SendBufferLimit, options.SlowReaderPolicy),
                BroadcastTimeout = options.BroadcastTimeout,
                Flusher = { SendTimeout = options.SendTimeout },
            },
        };
        _opened = driver;
        if (options.ByHand) driver.Receiver.ReadByHand();
        if (options.Trace is { } trace) Trace = driver.Traces.StartTrace(trace);
        if (options.MaxRecentFrames > 0) driver.Traces.KeepRecentFrames(options.MaxRecentFrames);
    }

    /// <summary>A session is behind it from now on, in the place of one transport.</summary>
    internal void Open(ConnectionCore session) => _opened = session;

    /// <summary>A client's session begins, whose first connection was opened so.</summary>
    /// <param name="subprotocol">The application's own.</param>
    internal void OpenedBy(WebSocketConnection first, string? subprotocol)
    {
        _negotiated = first._negotiated.With(subprotocol);
        (ResponseHeaders, OpeningTimes) = (first.ResponseHeaders, first.OpeningTimes);
    }

    [DoesNotReturn]
    private static ConnectionCore NotOpen() =>
        throw new InvalidOperationException("The connection is not open yet: its handshake has not been answered. Its number, subprotocol, extensions, " +
            "address and HTTP version are known; the rest is the handler's.");

    /// <param name="telemetry">Null: nothing is measured.</param>
    internal void Start(Telemetry.ConnectionTelemetry? telemetry = null)
    {
        ConnectionDriver driver = Driver;
        driver.Telemetry = telemetry;
        telemetry?.Opened(driver, Subprotocol);
        driver.Start();
    }
}
