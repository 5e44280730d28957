namespace Cierre;

/// <summary>Tells who may pass a close code to a close call.</summary>
public enum CloseCodeUse
{
    /// <summary>Nobody: the code never stands in a close frame.</summary>
    No,

    /// <summary>Everybody, the browser's API included.</summary>
    Yes,

    /// <summary>A connection's own close, in both roles, but not the browser's API.</summary>
    Connection,

    /// <summary>A client's connection only.</summary>
    Client,
}
