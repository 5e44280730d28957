using System.Globalization;
using System.Net;
using Cierre.Closing;

namespace Cierre;

/// <summary>Holds when one step of an opening began and how long it took.</summary>
/// <param name="Phase">What was done.</param>
/// <param name="Start">When it began, counted from the beginning of the opening.</param>
/// <param name="Duration">How long it took; for one that failed, until it had.</param>
/// <param name="Completed">Whether it succeeded; otherwise the opening failed at it, or it is an address that failed or was given up for another one (RFC
/// 8305).</param>
public sealed record OpeningStep(OpeningPhase Phase, TimeSpan Start, TimeSpan Duration, bool Completed)
{
    /// <summary>The address that was tried, of a <see cref="OpeningPhase.Tcp"/> step; null for the other phases, and for a dial of the application's
    /// own.</summary>
    public IPEndPoint? EndPoint { get; init; }

    /// <summary>Names the phase in a language.</summary>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others; null takes
    /// <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>A word or two.</returns>
    public string GetName(CultureInfo? culture = null) => Texts.Get(culture ?? CultureInfo.CurrentUICulture, $"Opening{Phase}");
}
