using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Holds when one step of an opening began and how long it took.</summary>
/// <param name="Phase">What was done.</param>
/// <param name="Start">When it began, counted from the beginning of the opening.</param>
/// <param name="Duration">How long it took; for one that failed, until it had.</param>
/// <param name="Completed">Whether it succeeded; otherwise it is the step at which the opening failed.</param>
public sealed record OpeningStep(OpeningPhase Phase, TimeSpan Start, TimeSpan Duration, bool Completed)
{
    /// <summary>Names the phase in a language.</summary>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>A word or two.</returns>
    public string GetName(CultureInfo? culture = null) => Texts.Get(culture ?? CultureInfo.CurrentUICulture, $"Opening{Phase}");
}
