using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Two connections that are one to their peers: messages pass both ways, and the end of one becomes the end of the other.</summary>
/// <param name="times">The clock, and how long a side may take nothing once the other has ended.</param>
internal sealed class GatewayConversation(WebSocketConnection client, WebSocketConnection upstream, WebSocketConnectionOptions times)
{
    /// <summary>Returns how both ended.</summary>
    public async Task<(CloseRecord Client, CloseRecord Upstream)> RunAsync()
    {
        await Task.WhenAll(SideAsync(client, upstream, CloseMapping.ToUpstream), SideAsync(upstream, client, CloseMapping.ToClient)).ConfigureAwait(false);
        return (await client.Closed.ConfigureAwait(false), await upstream.Closed.ConfigureAwait(false));
    }

    private async Task SideAsync(WebSocketConnection from, WebSocketConnection to, Func<CloseRecord, (CloseFrame Frame, EndReason Why)> map)
    {
        Task relay = Relay.RunAsync(from, to);
        bool isStuck = !await PassesAllAsync(relay, from, to).ConfigureAwait(false);
        // Where the other side took no more, this one ends by the other's doing.
        if (from.IsOpen) await from.Closed.ConfigureAwait(false);
        // As soon as it is known how it ends; the end itself may take a while.
        (CloseFrame frame, EndReason why) = map(from.CloseSoFar!);
        ConnectionControl.Of(to).Close(frame, why, takeBack: isStuck);
        // A send that is stuck fails now, or when the close timeout of its side is over.
        await relay.ConfigureAwait(false);
    }

    /// <summary>What a side has sent is passed on behind its end too, for as long as the other takes any of it. Who takes nothing for a close timeout is waited
    /// for no longer: its send timeout may be for ever, and a host that stops waits for this handler.</summary>
    /// <returns>Whether the relay has ended.</returns>
    private async Task<bool> PassesAllAsync(Task relay, WebSocketConnection from, WebSocketConnection to)
    {
        await Task.WhenAny(relay, from.Closed).ConfigureAwait(false);
        ConnectionControl control = ConnectionControl.Of(to);
        for (long before = -1; !relay.IsCompleted && control.PayloadTaken != before;)
        {
            before = control.PayloadTaken;
            await relay.WaitAsync(times.CloseTimeout, times.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return relay.IsCompleted;
    }
}
