using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Two connections that are one to their peers: messages pass both ways, and the end of one becomes the end of the other.</summary>
internal static class GatewayConversation
{
    /// <summary>Returns how both ended.</summary>
    public static async Task<(CloseRecord Client, CloseRecord Upstream)> RunAsync(WebSocketConnection client, WebSocketConnection upstream)
    {
        await Task.WhenAll(SideAsync(client, upstream, CloseMapping.ToUpstream), SideAsync(upstream, client, CloseMapping.ToClient)).ConfigureAwait(false);
        return (await client.Closed.ConfigureAwait(false), await upstream.Closed.ConfigureAwait(false));
    }

    private static async Task SideAsync(WebSocketConnection from, WebSocketConnection to, Func<CloseRecord, (CloseFrame Frame, EndReason Why)> map)
    {
        await Relay.RunAsync(from, to).ConfigureAwait(false);
        // Where the other side took no more, this one ends by the other's doing.
        if (from.IsOpen) await from.Closed.ConfigureAwait(false);
        // As soon as it is known how it ends; the end itself may take a while.
        (CloseFrame frame, EndReason why) = map(from.CloseSoFar!);
        ConnectionControl.Of(to).Close(frame, why);
    }
}
