using System.Threading.RateLimiting;
using Cierre.Closing;
using Cierre.Receiving;

namespace Cierre.AspNetCore.Admission;

/// <summary>How many messages, and how much, a peer may send in a second: more is 1008.</summary>
/// <param name="limiter">The application's own, perhaps shared by many connections: one permit a message.</param>
/// <param name="limiterFailed">Told of what it threw.</param>
internal sealed class MessageRate(int? messages, long? bytes, RateLimiter? limiter, Action<Exception>? limiterFailed = null) : MessageGuard
{
    private TokenBucket _messages = new(messages ?? 0);
    private TokenBucket _bytes = new(bytes ?? 0);

    public override Violation? Check(int count, bool last, TimeSpan now)
    {
        if (last && messages is { } most && !_messages.TryTake(1, now)) return Violations.MessagesTooFast(most);
        if (bytes is { } mostBytes && !_bytes.TryTake(count, now)) return Violations.BytesTooFast(mostBytes);
        if (!last || limiter is null) return null;
        return IsWithinTheLimit(limiter) ? null : Violations.RateExceeded();
    }

    private bool IsWithinTheLimit(RateLimiter limiter)
    {
        try
        {
            using RateLimitLease lease = limiter.AttemptAcquire();
            return lease.IsAcquired;
        }
#pragma warning disable CA1031 // What cannot be counted is not let through.
        catch (Exception e)
#pragma warning restore CA1031
        {
            limiterFailed?.Invoke(e);
            return false;
        }
    }
}
