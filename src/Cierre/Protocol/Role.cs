namespace Cierre.Protocol;

/// <summary>Which end of the connection this is. RFC 6455 5.1: only a client masks.</summary>
internal enum Role : byte
{
    Client,
    Server,
}
