namespace Cierre.AspNetCore.Admission;

/// <summary>A rate: as much at once as may come in a second, and filled again at that rate. What is larger than all of it needs a full bucket and leaves it in
/// debt.</summary>
/// <remarks>A part by value, its time an argument: the framework's own bucket has a clock, a lock and a queue for each connection.</remarks>
internal struct TokenBucket(double perSecond)
{
    private double _spent;
    private TimeSpan _since;

    public bool TryTake(double amount, TimeSpan now)
    {
        if (now > _since)
        {
            _spent = Math.Max(0, _spent - (now - _since).TotalSeconds * perSecond);
            _since = now;
        }

        // Not more than was filled, but for the rounding of a sum of many parts.
        if (_spent + Math.Min(amount, perSecond) > perSecond * (1 + 1e-9)) return false;
        _spent += amount;
        return true;
    }
}
