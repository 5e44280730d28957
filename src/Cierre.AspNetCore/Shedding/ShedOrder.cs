namespace Cierre.AspNetCore;

/// <summary>Says which connections are shed first.</summary>
public enum ShedOrder
{
    /// <summary>Those that came last: the others have waited longer for what they have.</summary>
    Newest,

    /// <summary>Those over which no message has passed, either way, for the longest time.</summary>
    Idlest,
}
