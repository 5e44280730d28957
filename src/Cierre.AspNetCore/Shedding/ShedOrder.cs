namespace Cierre.AspNetCore;

/// <summary>Says which connections are shed first.</summary>
public enum ShedOrder
{
    /// <summary>Those that came last: the others have waited longer for what they have.</summary>
    Newest = 0,

    /// <summary>Those over which no message has passed, either way, for the longest time.</summary>
    Idlest = 1,
}
