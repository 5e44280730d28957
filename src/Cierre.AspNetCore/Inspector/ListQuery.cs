using System.Globalization;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Which connections are asked for.</summary>
/// <param name="Before">Only those with a lower number; null for the newest.</param>
/// <param name="Filter">Found in the endpoint or the user, or the number itself; null or empty for all.</param>
/// <param name="Limit">How many at most; null for as many as there may be.</param>
internal sealed record ListQuery(long? Before = null, string? Filter = null, int? Limit = null)
{
    public bool Matches(OpenConnection entry) => string.IsNullOrEmpty(Filter)
        || entry.Endpoint.Contains(Filter, StringComparison.OrdinalIgnoreCase)
        || entry.UserId?.Contains(Filter, StringComparison.OrdinalIgnoreCase) == true
        || (long.TryParse(Filter, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id == entry.Id);
}
