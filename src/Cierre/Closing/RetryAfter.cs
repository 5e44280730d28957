using System.Globalization;
using System.Net.Http.Headers;

namespace Cierre.Closing;

/// <summary>Reads the header Retry-After, seconds or a date, as a delay from the moment of the answer. RFC 9110 10.2.3.</summary>
internal static class RetryAfter
{
    public static TimeSpan? Delay(IReadOnlyList<KeyValuePair<string, string>> headers, DateTimeOffset? now)
    {
        if (!RetryConditionHeaderValue.TryParse(Find(headers, "Retry-After"), out RetryConditionHeaderValue? value)) return null;
        if (value.Delta is { } delta) return delta;

        // The answer's own Date first: both dates are then of one clock, whatever ours says. RFC 9110 6.6.1.
        DateTimeOffset from = DateOf(headers) ?? now ?? DateTimeOffset.UtcNow;
        TimeSpan delay = value.Date!.Value - from;
        return delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
    }

    private static DateTimeOffset? DateOf(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        DateTimeOffset.TryParseExact(Find(headers, "Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;

    private static string? Find(IReadOnlyList<KeyValuePair<string, string>> headers, string name)
    {
        foreach ((string key, string value) in headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return null;
    }
}
