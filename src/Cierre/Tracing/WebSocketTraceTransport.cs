using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Tells one thing that happened to the stream under the connection.</summary>
public sealed class WebSocketTraceTransport : WebSocketTraceEvent
{
    internal WebSocketTraceTransport(TimeSpan time, WebSocketTraceTransportKind kind, Exception? exception = null)
        : base(time) => (Kind, Exception) = (kind, exception);

    /// <summary>What happened.</summary>
    public WebSocketTraceTransportKind Kind { get; }

    /// <summary>The exception behind it, if there was one.</summary>
    public Exception? Exception { get; }

    private protected override string In(CultureInfo culture) => Kind is WebSocketTraceTransportKind.Fault or WebSocketTraceTransportKind.SendFailed
        ? Texts.Format(culture, $"Transport{Kind}", Exception?.GetType().Name ?? "?")
        : Texts.Get(culture, $"Transport{Kind}");
}
