using Cierre.TestKit;
using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>The server breaks a rule of framing.</summary>
internal static class ViolationSituations
{
    public static IEnumerable<Situation> All()
    {
        foreach (int bit in new[] { 1, 2, 4 }) yield return new($"RSV{3 - int.Log2(bit)} is set", Sends(Frame(1, "x", rsv: bit)));
        foreach (int opcode in new[] { 3, 7, 11, 15 }) yield return new($"opcode {opcode}", Sends(Frame(opcode)));
        yield return new("ping of 126 bytes", Sends(Frame(9, new string('x', 126))));
        yield return new("close frame of 126 bytes", Sends(CloseFrame(1000, new string('x', 124))));
        yield return new("ping in fragments", Sends(Frame(9, "x", fin: false)));
        yield return new("close frame in fragments", Sends(Frame(8, "", fin: false)));
        yield return new("continuation without a start", Sends(Frame(0, "x")));
        yield return new("text inside a fragmented message", Sends(Frame(1, "be", fin: false), Frame(1, "x")));
        yield return new("length with its top bit set", Sends([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1]));
        yield return new("length in two bytes that fits in 7 bits", Sends([0x81, 126, 0, 1, (byte)'x']));
        yield return new("length in eight bytes that fits in two", Sends([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'x']));
        yield return new("masked frame from a server", Sends(Frame(1, "x", mask: true)));
        yield return new("text that is not UTF-8", Sends(Frame(1, [0xC3, 0x28])));
        yield return new("text that ends inside a character", Sends(Frame(1, [0xE2, 0x82])));
        yield return new("text of a surrogate", Sends(Frame(1, [0xED, 0xA0, 0x80])));
        yield return new("violation behind a message", Sends(Frame(1, "a"), Frame(3)));
        yield return new("violation, then a close frame", Sends(Frame(3), CloseFrame(1000, "bye")));
        yield return new("violation after our close", async peer =>
        {
            string said = Said(await peer.ReadFrameAsync());
            await peer.SendFrameAsync(3);
            return $"{said}, {await Next(peer)}";
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("close() of every handler of a violation", Sends(Frame(3)))
        {
            Error = [Act.Close(4001, "error"), Act.Close(999)],
            Close = [Act.Close(4002, "close"), Act.Close(999), Act.Send("late")],
        };
    }
}
