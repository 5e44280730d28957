namespace Cierre.Interop.Tests;

/// <summary>The role the peer plays; we play the other.</summary>
public enum PeerRole
{
    Client,
    Server,
}
