namespace Cierre.Protocol;

/// <summary>What an endpoint puts up with. The defaults are those of the connection's options.</summary>
internal sealed record ProtocolLimits
{
    public static readonly ProtocolLimits Default = new();

    /// <summary>Bytes of one message, assembled.</summary>
    public long MaxMessageSize { get; init; } = 1024 * 1024;

    public int MaxFragments { get; init; } = 131_072;

    /// <summary>Null: both kinds; otherwise the only one accepted (1003).</summary>
    public WebSocketOpcode? AcceptedKind { get; init; }

    /// <summary>Not above zero, as infinite is: no keep-alive.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Not above zero, as infinite is: none.</summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
