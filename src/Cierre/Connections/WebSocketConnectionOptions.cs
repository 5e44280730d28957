using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Tracing;

namespace Cierre;

/// <summary>Sets the limits and times of one connection, in either role.</summary>
/// <remarks>Every value is checked where it is set: what makes no sense throws with the name of the option. <see cref="Timeout.InfiniteTimeSpan"/>, which is
/// <c>-00:00:00.001</c> in a configuration, switches off where that is said; zero never does.</remarks>
public class WebSocketConnectionOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public WebSocketConnectionOptions() { }

    /// <summary>Copies options. No later change of one reaches the other, <see cref="Compression"/> included; the clock and the codes are shared.</summary>
    /// <param name="other">What is copied; nothing of it is changed.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public WebSocketConnectionOptions(WebSocketConnectionOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Compression = other.Compression is { } compression ? new DeflateOptions(compression) : null;
        _maxMessageSize = other._maxMessageSize;
        ByHand = other.ByHand;
        _maxFragments = other._maxFragments;
        AcceptedKind = other.AcceptedKind;
        _pingInterval = other._pingInterval;
        _pingTimeout = other._pingTimeout;
        IdleTimeout = other.IdleTimeout;
        CloseTimeout = other.CloseTimeout;
        Trace = other.Trace;
        MaxRecentFrames = other.MaxRecentFrames;
        SendBufferLimit = other.SendBufferLimit;
        SlowReaderPolicy = other.SlowReaderPolicy;
        SendTimeout = other.SendTimeout;
        BroadcastTimeout = other.BroadcastTimeout;
        CloseCodes = other.CloseCodes;
        TimeProvider = other.TimeProvider;
    }

    internal const int MostRecentFrames = 1024;

    // Null: nobody has set it, and the default depends on who reads.
    private long? _maxMessageSize;
    private int? _maxFragments;
    private TimeSpan? _pingInterval;
    private TimeSpan? _pingTimeout;

    /// <summary>The connection is read in pieces, and its close answered, by a caller of System.Net.WebSockets.</summary>
    internal bool ByHand { get; private set; }

    /// <summary>The largest message that is accepted, in bytes after reassembly; default 1 MiB. Larger: 1009, from the frame header where that tells.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    /// <remarks>A <see cref="System.Net.WebSockets.WebSocket"/> that is made of a connection (<see cref="CierreSockets"/>) hands out pieces and holds no
    /// message, so that it has no limit unless this is set.</remarks>
    public long MaxMessageSize
    {
        get => _maxMessageSize ?? ProtocolLimits.Default.MaxMessageSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxMessageSize));
            _maxMessageSize = value;
        }
    }

    /// <summary>The most fragments that one message may have; default 131,072: a fragment costs time and no memory. More: 1008.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    /// <remarks>A <see cref="System.Net.WebSockets.WebSocket"/> that is made of a connection (<see cref="CierreSockets"/>) has no limit unless this is
    /// set.</remarks>
    public int MaxFragments
    {
        get => _maxFragments ?? ProtocolLimits.Default.MaxFragments;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxFragments));
            _maxFragments = value;
        }
    }

    /// <summary>The only kind of message that is accepted, the other being refused with 1003; default null, both.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither text nor binary.</exception>
    public WebSocketMessageKind? AcceptedKind
    {
        get;
        set => field = value is { } kind ? OptionChecks.Defined(kind, nameof(AcceptedKind)) : null;
    }

    /// <summary>How often a ping is sent; default 20 s, below the 30-60 s after which proxies cut idle connections.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: no keep-alive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan PingInterval
    {
        get => _pingInterval ?? ProtocolLimits.Default.PingInterval;
        set => _pingInterval = OptionChecks.CheckOrOff(value, nameof(PingInterval));
    }

    /// <summary>How long a peer may stay silent after a ping before the connection is closed with 1011; default 20 s. Any byte counts as life.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan PingTimeout
    {
        get => _pingTimeout ?? ProtocolLimits.Default.PingTimeout;
        set => _pingTimeout = OptionChecks.Check(value, nameof(PingTimeout));
    }

    /// <summary>How long no message may pass either way before the connection is closed with 3008; pings do not count. Default
    /// <see cref="Timeout.InfiniteTimeSpan"/>: off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan IdleTimeout
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(IdleTimeout));
    } = Timeout.InfiniteTimeSpan;

    /// <summary>How long the peer may take to answer our close frame, and again to end its stream; default 5 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan CloseTimeout
    {
        get;
        set => field = OptionChecks.Check(value, nameof(CloseTimeout));
    } = ProtocolLimits.Default.CloseTimeout;

    /// <summary>How messages are compressed where the other side takes part; default null: not at all. RFC 7692.</summary>
    public DeflateOptions? Compression { get; set; }

    /// <summary>What <see cref="WebSocketConnection.Trace"/> takes note of from the opening on; default null: there is none, and a frame costs nothing
    /// more.</summary>
    public WebSocketTraceOptions? Trace { get; set; }

    /// <summary>The headers of how many of the last frames are kept for <see cref="WebSocketConnection.GetRecentFrames"/>, 0 to 1,024; default 0: none.
    /// Each takes 24 bytes of every connection.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 1,024.</exception>
    public int MaxRecentFrames
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxRecentFrames));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostRecentFrames, nameof(MaxRecentFrames));
            field = value;
        }
    }

    /// <summary>How many bytes of messages may wait for a peer that does not read, before <see cref="SlowReaderPolicy"/> decides; default 512 KiB.</summary>
    /// <remarks>It counts what the operating system has not taken yet; what its own buffers hold is not in it. A single message is taken whatever its size
    /// where nothing waits. A sender that waits (<see cref="SlowReaderPolicy.Wait"/>) is taken in its turn, when there is room: until then its text is not
    /// encoded, nor anything copied.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int SendBufferLimit
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(SendBufferLimit));
            field = value;
        }
    } = 512 * 1024;

    /// <summary>What becomes of a message that finds <see cref="SendBufferLimit"/> reached; default <see cref="SlowReaderPolicy.Wait"/>: its sender waits, from
    /// 64 KiB on or from the limit where that is less.</summary>
    /// <remarks>A message that is written piece by piece waits in any case.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the policies.</exception>
    public SlowReaderPolicy SlowReaderPolicy
    {
        get;
        set => field = OptionChecks.Defined(value, nameof(SlowReaderPolicy));
    }

    /// <summary>How long a peer may take nothing of what is sent to it while something waits, before the connection is closed with 1008; default 60 s.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as it likes.</summary>
    /// <remarks>A ping that waits counts as well, and any byte that the peer takes begins the time anew; over HTTP/2, on a pipe and on systems other than
    /// Linux, where bytes cannot be seen to be taken, every send that is completed does, and for a server over HTTP/2 every 64 KiB. The close frame waits
    /// behind the rest; if the peer does not take it within <see cref="CloseTimeout"/>, the record says 1006.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan SendTimeout
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(SendTimeout));
    } = TimeSpan.FromSeconds(60);

    /// <summary>How long a broadcast waits for room at this connection where <see cref="SlowReaderPolicy"/> is <see cref="SlowReaderPolicy.Wait"/>; default 1
    /// s. A connection that has none by then is closed with 1008. <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan BroadcastTimeout
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(BroadcastTimeout));
    } = TimeSpan.FromSeconds(1);

    /// <summary>The close codes that the connection's record knows; default <see cref="CloseCodes.Default"/>, those of RFC 6455 and the IANA registry. An
    /// instance with codes of the application gives log, metrics, <see cref="CloseRecord.Explain"/> and <see cref="CloseRecord.Reconnect"/> their names, texts
    /// and advice.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public CloseCodes CloseCodes
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(CloseCodes));
            field = value;
        }
    } = CloseCodes.Default;

    /// <summary>The clock; default <see cref="TimeProvider.System"/>.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public TimeProvider TimeProvider
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(TimeProvider));
            field = value;
        }
    } = TimeProvider.System;

    /// <summary>Makes these the options of a caller of System.Net.WebSockets; what was set here counts before what that caller says.</summary>
    /// <param name="pingInterval">How often that caller has a ping sent; zero, as infinite, means never.</param>
    /// <param name="pingTimeout">How long it waits for an answer; null, zero or infinite: as long as is the default here.</param>
    internal void ReadByHand(TimeSpan pingInterval, TimeSpan? pingTimeout = null)
    {
        ByHand = true;
        _pingInterval ??= pingInterval > TimeSpan.Zero ? OptionChecks.AtMost(pingInterval) : Timeout.InfiniteTimeSpan;
        if (pingTimeout is { } timeout && timeout > TimeSpan.Zero) _pingTimeout ??= OptionChecks.AtMost(timeout);
    }

    internal ProtocolLimits ToLimits() => new()
    {
        MaxMessageSize = ByHand ? _maxMessageSize ?? long.MaxValue : MaxMessageSize,
        MaxFragments = ByHand ? _maxFragments ?? int.MaxValue : MaxFragments,
        AcceptedKind = (WebSocketOpcode?)AcceptedKind,
        PingInterval = PingInterval,
        PingTimeout = PingTimeout,
        IdleTimeout = IdleTimeout,
        CloseTimeout = CloseTimeout,
    };
}
