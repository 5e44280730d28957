using Cierre.Closing;

namespace Cierre.AspNetCore.Admission;

/// <summary>What a connection is told when the server stops.</summary>
internal static class GoingAway
{
    public static CloseFrame Frame { get; } = new(CloseCode.GoingAway, CloseWhy.HostStopping.Detail.English);

    /// <summary>What the connection has sent is answered first.</summary>
    public static void Drain(WebSocketConnection connection) => connection.Driver.BeginDrain(Frame, CloseWhy.HostStopping);

    public static void Close(WebSocketConnection connection) => connection.Driver.BeginClose(Frame, CloseWhy.HostStopping);
}
