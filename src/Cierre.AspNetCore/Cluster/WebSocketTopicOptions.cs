using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Sets what is kept of topics, and who may join one. Configuration section <c>Cierre:Topics</c>.</summary>
public sealed class WebSocketTopicOptions
{
    /// <summary>How many messages of a topic are kept, for clients that come back and for those that read slowly; default 1,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxMessages
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxMessages));
            field = value;
        }
    } = 1000;

    /// <summary>How many bytes of messages of a topic are kept; default 1 MiB. The newest message is kept however large it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long MaxBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxBytes));
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>How many bytes of messages of all topics together are kept; default 256 MiB. Beyond, a topic keeps with each further message no more bytes than
    /// before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long MaxTotalBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxTotalBytes));
            field = value;
        }
    } = 256 * 1024 * 1024;

    /// <summary>How long a topic is kept that nobody has joined and to which nobody publishes; default 10 min. A client that comes back later is told of a
    /// gap.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan Retention
    {
        get;
        set => field = OptionChecks.Check(value, nameof(Retention));
    } = TimeSpan.FromMinutes(10);

    /// <summary>The name of the authorization policy that a user must fulfil to join a topic; the topic, a <see cref="WebSocketTopic"/>, is the resource.
    /// Default null: the handler alone decides.</summary>
    public string? AuthorizationPolicy { get; set; }

    /// <summary>Asked for the application's own state of a topic when a client misses messages that are kept no more. Its answer goes to that client in the
    /// place of the gap, as a message of the topic; null: the client is told of the gap. Default null.</summary>
    /// <remarks>Clients that come back while it is being asked share its answer. What is published meanwhile follows, so that a client may get what the state
    /// has already. Where it throws, or takes longer than 30 s, that is logged, and the client is told of the gap.</remarks>
    public Func<WebSocketTopic, ValueTask<WebSocketTopicState?>>? StateOf { get; set; }
}
