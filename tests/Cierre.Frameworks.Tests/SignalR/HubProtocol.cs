namespace Cierre.Frameworks.Tests.SignalR;

/// <summary>How hub messages are written.</summary>
public enum HubProtocol
{
    Json,
    MessagePack,
}
