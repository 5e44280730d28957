using System.CommandLine;

namespace Cierre.Tool.Arguments;

/// <summary>The options for the times and limits of a connection that are the same in both roles.</summary>
internal sealed class LimitOptions
{
    private static readonly WebSocketConnectionOptions Standard = new();

    public Option<TimeSpan?> CloseTimeout { get; } = Seconds.Option("--close-timeout", "How long a peer may take to answer a close.", Standard.CloseTimeout);

    public Option<TimeSpan?> PingInterval { get; } =
        Seconds.Option("--ping-interval", "How often to ping; 0 for never.", Standard.PingInterval, mayBeZero: true);

    public Option<TimeSpan?> PingTimeout { get; } =
        Seconds.Option("--ping-timeout", "How long a peer may take to answer a ping before a close with 1011.", Standard.PingTimeout);

    public Option<long?> MaxFragments { get; } = WholeNumber.Option(
        "--max-fragments", "N", $"The most fragments of one message taken; more close with 1008. Default {Standard.MaxFragments}.", least: 1,
        most: int.MaxValue);

    public void ApplyTo(WebSocketConnectionOptions options, ParseResult parsed)
    {
        options.CloseTimeout = parsed.GetValue(CloseTimeout) ?? Standard.CloseTimeout;
        options.PingInterval = Seconds.ZeroIsOff(parsed.GetValue(PingInterval) ?? Standard.PingInterval);
        options.PingTimeout = parsed.GetValue(PingTimeout) ?? Standard.PingTimeout;
        options.MaxFragments = (int?)parsed.GetValue(MaxFragments) ?? Standard.MaxFragments;
    }
}
