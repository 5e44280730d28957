namespace Cierre.AspNetCore;

/// <summary>Tells how both sides of a gateway's conversation ended.</summary>
public sealed class WebSocketGatewayEnd
{
    internal WebSocketGatewayEnd(CloseRecord client, CloseRecord upstream) => (Client, Upstream) = (client, upstream);

    /// <summary>How the client's connection ended.</summary>
    public CloseRecord Client { get; }

    /// <summary>How the connection to the upstream ended, or why it never opened.</summary>
    public CloseRecord Upstream { get; }
}
