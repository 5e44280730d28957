using System.Globalization;
using System.Net.Http.Headers;

namespace Cierre.Opening;

/// <summary>Reads the header Retry-After, seconds or a date, as a delay from the moment of the answer. RFC 9110 10.2.3.</summary>
internal static class RetryAfter
{
    /// <summary>The most that is believed: who asks for more has made a mistake, or wants to be rid of the client for ever.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static TimeSpan? Delay(IReadOnlyList<KeyValuePair<string, string>> headers, DateTimeOffset? now)
    {
        string? text = Find(headers, "Retry-After")?.Trim();
        if (string.IsNullOrEmpty(text)) return null;
        // Any number of digits is a number of seconds; the framework's parser takes 31 bits.
        if (!text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? Bounded(TimeSpan.FromSeconds(seconds)) : Longest;
        if (!RetryConditionHeaderValue.TryParse(text, out RetryConditionHeaderValue? value) || value.Date is not { } date) return null;

        // The answer's own Date first: both dates are then of one clock, whatever ours says. RFC 9110 6.6.1.
        DateTimeOffset from = DateOf(headers) ?? now ?? DateTimeOffset.UtcNow;
        return Bounded(date - from);
    }

    private static TimeSpan Bounded(TimeSpan delay) => delay < TimeSpan.Zero ? TimeSpan.Zero : delay < Longest ? delay : Longest;

    private static DateTimeOffset? DateOf(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        DateTimeOffset.TryParseExact(Find(headers, "Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : null;

    private static string? Find(IReadOnlyList<KeyValuePair<string, string>> headers, string name)
    {
        foreach ((string key, string value) in headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return null;
    }
}
