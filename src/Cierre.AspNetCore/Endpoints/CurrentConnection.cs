namespace Cierre.AspNetCore.Endpoints;

/// <summary>Carries the connection into a request's services, from where a delegate's parameters are bound: before it is open.</summary>
internal sealed class CurrentConnection
{
    public WebSocketConnection? Connection { get; set; }

    public WebSocketCredentials? Credentials { get; set; }
}
