namespace Cierre;

/// <summary>Tells who decided first that a connection ends.</summary>
public enum EndedBy
{
    /// <summary>We did: the application, a handler, a limit, a protocol check, a timer, a cancellation; also if no answer came.</summary>
    Local = 0,

    /// <summary>The peer did: its close frame came first.</summary>
    Remote = 1,

    /// <summary>Nobody did: the connection broke, or it never opened.</summary>
    Network = 2,
}
