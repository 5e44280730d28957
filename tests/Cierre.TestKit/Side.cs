using Cierre.Protocol;

namespace Cierre.TestKit;

/// <summary>The two ends of a connection, as test data names them.</summary>
public enum Side
{
    Client,
    Server,
}

internal static class Sides
{
    public static WebSocketRole ToRole(this Side side) => side == Side.Client ? WebSocketRole.Client : WebSocketRole.Server;

    public static Side Other(this Side side) => side == Side.Client ? Side.Server : Side.Client;
}
