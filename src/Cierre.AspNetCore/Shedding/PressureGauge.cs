namespace Cierre.AspNetCore.Shedding;

/// <summary>What to do about a level of pressure that lasts. Time is an argument.</summary>
internal struct PressureGauge(TimeSpan patience)
{
    private TimeSpan? _above;

    /// <summary>Whether load was shed, and the level has not been below its threshold since.</summary>
    public bool IsHigh { get; private set; }

    public PressureStep Read(double level, TimeSpan now)
    {
        if (level <= 1)
        {
            bool wasHigh = IsHigh;
            (_above, IsHigh) = (null, false);
            return wasHigh ? PressureStep.Over : PressureStep.None;
        }

        _above ??= now;
        if (now - _above < patience) return PressureStep.None;
        // Anew: what was shed needs time to show.
        (_above, IsHigh) = (now, true);
        return PressureStep.Shed;
    }
}

internal enum PressureStep
{
    None,
    Shed,
    Over,
}
