using Cierre.TestKit;
using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>The connection ends without a close frame.</summary>
internal static class LostSituations
{
    public static IEnumerable<Situation> All()
    {
        yield return new("FIN without a close frame", _ => Task.FromResult("-"));
        yield return new("FIN without a close frame, behind a message", async peer =>
        {
            await peer.SendTextAsync("a");
            return "-";
        });
        yield return new("RST without a close frame", async peer =>
        {
            // Once the client has said something it has surely read the 101.
            await peer.ReadFrameAsync();
            peer.Reset();
            return "-";
        }) { Open = [Act.Send("go")] };
        yield return new("FIN inside a frame", async peer =>
        {
            await peer.SendAsync(Frame(1, "begin").AsMemory(0, 4));
            return "-";
        });
        yield return new("FIN inside a close frame", async peer =>
        {
            await peer.SendAsync(CloseFrame(1000, "bye").AsMemory(0, 4));
            return "-";
        });
        yield return new("FIN inside a fragmented message", async peer =>
        {
            await peer.SendFrameAsync(1, "be"u8.ToArray(), fin: false);
            return "-";
        });
        yield return new("close() of every handler of a lost connection", async peer =>
        {
            await peer.ReadFrameAsync();
            return "-";
        }) { Open = [Act.Send("go")], Error = [Act.Close(4001, "error")], Close = [Act.Close(4002, "close"), Act.Send("late")] };
    }
}
