using Cierre.TestKit;
using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>The server closes.</summary>
internal static class ServerSituations
{
    private static readonly int[] Sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    private static readonly int[] NotSendable = [0, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65535];

    public static IEnumerable<Situation> All()
    {
        foreach (int code in Sendable.Concat(NotSendable)) yield return new($"server closes with {code}", Closes(code)) { Code = code };
        yield return new("server closes with an empty body", Sends(Frame(8)));
        yield return new("server closes with a reason of 123 bytes", Closes(1000, new string('x', 123)));
        yield return new("server closes with a reason that is not ASCII", Closes(4000, "adi\u00F3s \u20AC \U0001F44B"));
        yield return new("server closes with a reason that begins with a BOM", Closes(4000, "\uFEFFbye"));
        yield return new("server closes with a reason; what the answer says", async peer =>
        {
            await peer.SendCloseAsync(4000, "bye");
            return Said(await peer.ReadFrameAsync());
        });
        yield return new("server closes with a body of 1 byte", Sends(Frame(8, [3])));
        yield return new("server closes with a reason that is not UTF-8", Sends(Frame(8, [0x03, 0xE8, 0xC3, 0x28])));
        yield return new("server closes behind messages", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "a"), .. Frame(1, "b"), .. CloseFrame(1000)]);
            return await Next(peer);
        });
        yield return new("server closes inside a fragmented message", Sends(Frame(1, "be", fin: false), CloseFrame(1001, "bye")));
        yield return new("server closes between two fragments", Sends(Frame(1, "be", fin: false), CloseFrame(1001, "bye"), Frame(0, "gin")));
        yield return new("server sends a message behind its close frame", Sends(CloseFrame(1000, "bye"), Frame(1, "late")));
        yield return new("server sends a second close frame", Sends(CloseFrame(1000, "bye"), CloseFrame(4000, "again")));
        yield return new("server sends nonsense behind its close frame", Sends(CloseFrame(1000, "bye"), Frame(3)));
        yield return new("connection reset after both close frames", async peer =>
        {
            await peer.SendCloseAsync(4000, "bye");
            string said = await Next(peer);
            peer.Reset();
            return said;
        });
        yield return new("server ends its stream right behind its close frame", async peer =>
        {
            await peer.SendCloseAsync(4000, "bye");
            await peer.HalfCloseAsync();
            return await Next(peer);
        });
    }
}
