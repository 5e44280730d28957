using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Tells one thing that happened to the stream under the connection.</summary>
public sealed class TransportTrace : TraceEvent
{
    internal TransportTrace(TimeSpan time, TransportEventKind kind, Exception? exception = null)
        : base(time) => (Kind, Exception) = (kind, exception);

    /// <summary>What happened.</summary>
    public TransportEventKind Kind { get; }

    /// <summary>The exception behind it, if there was one.</summary>
    public Exception? Exception { get; }

    private protected override string In(CultureInfo culture) => Kind is TransportEventKind.Fault or TransportEventKind.SendFailed
        ? Texts.Format(culture, $"Transport{Kind}", Exception?.GetType().Name ?? "?")
        : Texts.Get(culture, $"Transport{Kind}");
}
