using System.Globalization;
using System.Net;
using Cierre.Closing;

namespace Cierre;

/// <summary>Holds when one step of an opening began and how long it took.</summary>
public sealed record OpeningStep
{
    internal OpeningStep(OpeningPhase phase, TimeSpan start, TimeSpan duration, bool succeeded)
    {
        (Phase, Start, Duration, Succeeded) = (phase, start, duration, succeeded);
    }

    /// <summary>What was done.</summary>
    public OpeningPhase Phase { get; internal init; }

    /// <summary>When it began, counted from the beginning of the opening.</summary>
    public TimeSpan Start { get; internal init; }

    /// <summary>How long it took; for one that failed, until it had.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>Whether it succeeded; otherwise the opening failed at it, or it is an address that failed or was given up for another one (RFC
    /// 8305).</summary>
    public bool Succeeded { get; internal init; }

    /// <summary>The address that was tried, of a <see cref="OpeningPhase.Tcp"/> step; null for the other phases, and for a dial of the application's
    /// own.</summary>
    public IPEndPoint? EndPoint { get; internal init; }

    /// <summary>Names the phase in a language.</summary>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others; null takes
    /// <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>A word or two.</returns>
    public string Describe(CultureInfo? culture = null) => Texts.Get(culture ?? CultureInfo.CurrentUICulture, $"Opening{Phase}");
}
