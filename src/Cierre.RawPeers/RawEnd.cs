namespace Cierre.RawPeers;

/// <summary>How the other side's stream ended.</summary>
public enum RawEnd
{
    /// <summary>An orderly end: TCP FIN.</summary>
    Fin,

    /// <summary>TCP RST.</summary>
    Reset,
}
