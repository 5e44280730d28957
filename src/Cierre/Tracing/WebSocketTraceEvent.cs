using System.Globalization;

namespace Cierre;

/// <summary>Tells one thing that happened on a connection while it was traced: <see cref="WebSocketTraceFrame"/>, <see cref="WebSocketTraceViolation"/> or
/// <see cref="WebSocketTraceTransport"/>.</summary>
public abstract class WebSocketTraceEvent
{
    private protected WebSocketTraceEvent(TimeSpan elapsed) => Elapsed = elapsed;

    /// <summary>When it happened, counted from the opening of the connection, as <see cref="CloseRecord.Elapsed"/> is.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>Says it in words, in the terms of the standards.</summary>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others; null takes
    /// <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>One clause without a capital and without a full stop; nothing in it can harm a terminal.</returns>
    public string Describe(CultureInfo? culture = null) => In(culture ?? CultureInfo.CurrentUICulture);

    /// <summary>The time and the words, in English, for a debugger or a log.</summary>
    /// <returns>One line.</returns>
    public sealed override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalMilliseconds:0.000} ms: {In(CultureInfo.InvariantCulture)}");

    private protected abstract string In(CultureInfo culture);
}
