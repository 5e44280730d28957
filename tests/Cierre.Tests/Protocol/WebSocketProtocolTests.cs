using Cierre.Protocol;
using Cierre.Sending;
using Cierre.TestKit;
using CsCheck;

namespace Cierre.Tests.Protocol;

/// <summary>The engine as a whole: any split, any bytes, both roles. What it must do is told by <see cref="ReferenceReader"/>, which reads everything at once.</summary>
public class WebSocketProtocolTests
{
    private static readonly ProtocolLimits Limits = new() { MaxMessageSize = 300, MaxFragments = 5 };

    private static readonly Gen<byte[]> Text = Gen.Frequency(
        (6, Gen.String.Select(System.Text.Encoding.UTF8.GetBytes)),
        (2, Gen.OneOf("é€😀"u8.ToArray(), [0xE2, 0x82], [0xAC], [0xED, 0xA0], [0xF4, 0x90], [0xFF], [])),
        (1, Gen.Byte.Array[0, 140]));

    private static readonly Gen<byte[]> CloseBody = Gen.Select(
        Gen.OneOf(1000, 1001, 1005, 1006, 1011, 2999, 3000, 4999, 5000), Text, (code, reason) => (byte[])[(byte)(code >> 8), (byte)code, .. reason.Take(123)]);

    public static TheoryData<Side, bool> SidesAndWires => new() { { Side.Client, false }, { Side.Client, true }, { Side.Server, false }, { Side.Server, true } };

    [Theory, MemberData(nameof(SidesAndWires))]
    public void Any_split_gives_the_same_events_output_and_record(Side side, bool garbage) =>
        Gen.Select(Stream(side, garbage), Gen.Int[1, 30].Array[0, 30], Gen.Bool).Sample((bytes, pieces, onlyText) =>
        {
            ProtocolLimits limits = onlyText ? Limits with { AcceptedKind = WebSocketOpcode.Text } : Limits;
            string whole = Trace(side, limits, bytes, Split.Whole);
            Assert.Equal(whole, Trace(side, limits, bytes, Split.At(pieces)));
            Assert.Equal(whole, Trace(side, limits, bytes, Split.ByteByByte));
        }, iter: 3_000);

    [Theory, MemberData(nameof(SidesAndWires))]
    public void Any_bytes_cause_what_the_plain_reading_says(Side side, bool garbage) =>
        Gen.Select(Stream(side, garbage), Gen.Int[1, 30].Array[0, 30], Gen.Bool).Sample((bytes, pieces, onlyText) =>
        {
            ProtocolLimits limits = onlyText ? Limits with { AcceptedKind = WebSocketOpcode.Text } : Limits;
            Reading expected = ReferenceReader.Read(bytes, side, limits);
            EngineSide engine = new(side, limits);
            engine.Receive(bytes, Split.At(pieces));
            engine.EndOfStream();

            Assert.Equal(expected.Messages.Select(m => (m.Kind, Convert.ToHexString(m.Payload))), engine.Messages.Select(m => (m.Kind, Convert.ToHexString(m.Payload))));
            List<WireFrame> written = engine.Written;
            Assert.Equal(expected.Pings.Select(Convert.ToHexString), written.Where(f => f.Opcode == 10).Select(f => Convert.ToHexString(f.Payload)));
            Assert.Equal(expected.Sent == 0 ? [] : [expected.Sent], written.Where(f => f.IsClose).Select(f => (int)f.Close.Code));
            Assert.Equal(expected.Code, engine.Record.Code);
            Assert.Equal(expected.Close, engine.Record.Received);
            Assert.Equal(expected.Close?.Reason ?? "", engine.Record.Reason);
            Assert.Equal(expected.Close is not null, engine.Record.WasClean);
            Assert.Equal(expected.Failed != 0 || expected.Policy != 0, engine.Record.EndedBy == EndedBy.Local);
        }, iter: 3_000);

    [Theory, BothSides]
    public void What_one_engine_writes_the_other_reads(Side side) =>
        Gen.Select(Message.Array[0, 8], Gen.Int[1, 50].Array[0, 30], Gen.OneOf(1000, 1001, 3000, 4999), Gen.String).Sample((messages, pieces, code, reason) =>
        {
            EnginePair pair = new();
            EngineSide from = pair[side], to = pair[side.Other()];
            int pings = 0;
            foreach ((bool text, byte[][] fragments, bool ping) in messages)
            {
                for (int i = 0; i < fragments.Length; i++)
                {
                    from.SendFrame(i != 0 ? WebSocketOpcode.Continuation : text ? WebSocketOpcode.Text : WebSocketOpcode.Binary, i == fragments.Length - 1, fragments[i]);
                    if (!ping) continue;
                    from.Ping();
                    pings++;
                }
            }

            from.Close(code, reason);
            byte[] wire = from.TakeOutput();
            to.Receive(wire, Split.At(pieces));
            pair.EndOrderly();

            Assert.Equal(messages.Select(m => Convert.ToHexString(Frames.Join(m.Fragments))), to.Messages.Select(m => Convert.ToHexString(m.Payload)));
            Assert.Equal(messages.Select(m => m.Text), to.Messages.Select(m => m.Kind == WebSocketOpcode.Text));
            // Pongs that come after our own close still answer.
            Assert.Equal(pings, from.Pongs.Count);
            to.ShouldEndAsync(code, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
            from.ShouldEndAsync(code, clean: true, CloseCause.Requested, EndedBy.Local);
            Assert.StartsWith(to.Record.Reason, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(reason)), StringComparison.Ordinal);
            Assert.True(System.Text.Encoding.UTF8.GetByteCount(to.Record.Reason) <= 123);
        }, iter: 1_000);

    [Theory, BothSides]
    public void An_idle_engine_holds_no_bytes(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "a", fin: false), Frames.Continuation(peer, "b"));
        engine.Receive(Frames.Ping(peer));
        Assert.Equal(0, engine.Engine.HeldBytes);
    }

    [Theory, BothSides]
    public void A_whole_message_is_a_slice_of_the_input(Side side)
    {
        WebSocketProtocol engine = new(side.ToRole(), ProtocolLimits.Default);
        byte[] bytes = Frames.Text(side.Other(), "here");
        Memory<byte> input = bytes;
        ProtocolEvent found = engine.Read(ref input, new System.Buffers.ArrayBufferWriter<byte>(), default);
        Assert.False(found.IsAssembled);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(found.Payload, out ArraySegment<byte> segment));
        Assert.Same(bytes, segment.Array);
    }

    private static readonly Gen<(bool Text, byte[][] Fragments, bool Ping)> Message = Gen.Select(
        Gen.Bool, Gen.String.Select(System.Text.Encoding.UTF8.GetBytes), Gen.Byte.Array[0, 400], Gen.Int[1, 100].Array[0, 4], Gen.Bool,
        (text, words, bytes, cuts, ping) => (text, Cut(text ? words : bytes, cuts), ping));

    private static byte[][] Cut(byte[] payload, int[] cuts)
    {
        byte[][] pieces = Split.At(cuts).Cut(payload).ToArray();
        return pieces.Length == 0 ? [payload] : pieces;
    }

    /// <summary>Mostly valid frames of the peer; with <paramref name="garbage"/>, changed bytes and bytes without meaning as well.</summary>
    private static Gen<byte[]> Stream(Side reader, bool garbage)
    {
        Side peer = reader.Other();
        Gen<byte[]> message = Gen.Select(Gen.Bool, Text, Gen.Int[1, 60].Array[0, 3], (text, payload, cuts) => FragmentedMessage(peer, text, Cut(payload, cuts)));
        Gen<byte[]> valid = Gen.Frequency(
            (8, message),
            (2, Gen.Byte.Array[0, 125].Select(p => Frames.Raw(peer, Frames.Fin | 9, p))),
            (1, Gen.Byte.Array[0, 10].Select(p => Frames.Pong(peer, p))),
            (1, CloseBody.Select(b => Frames.CloseBody(peer, b))));
        Gen<byte[]> odd = Gen.Select(Gen.Byte, Gen.Byte.Array[0, 140], Gen.Enum<LengthForm>(), Gen.Frequency((9, Gen.Const(peer == Side.Client)), (1, Gen.Bool)), Gen.Byte.Array[4],
            (first, payload, form, masked, key) => Frames.Raw(peer, first & 0x8F, payload, form, masked, key));
        Gen<byte[]> piece = garbage
            ? Gen.Frequency((12, valid), (2, odd), (1, Gen.Byte.Array[0, 20]))
            : Gen.Frequency((60, valid), (1, odd));
        Gen<byte[]> joined = piece.Array[0, 8].Select(Frames.Join);
        return garbage
            ? Gen.Select(joined, Gen.Int[0, 1 << 20].Array[0, 3], Gen.Byte, (bytes, places, value) =>
            {
                foreach (int place in places)
                {
                    if (bytes.Length != 0) bytes[place % bytes.Length] ^= value;
                }

                return bytes;
            })
            : joined;
    }

    private static byte[] FragmentedMessage(Side peer, bool text, byte[][] fragments) => Frames.Join(fragments.Select((f, i) =>
        Frames.Raw(peer, (i == fragments.Length - 1 ? Frames.Fin : 0) | (i != 0 ? 0 : text ? 1 : 2), f)).ToArray());

    /// <summary>Everything that can be seen from outside. A client's output is masked with keys of its own, so its frames are compared.</summary>
    private static string Trace(Side side, ProtocolLimits limits, byte[] bytes, Split split)
    {
        EngineSide engine = new(side, limits);
        engine.Receive(bytes, split);
        engine.EndOfStream();
        CloseRecord record = engine.Record;
        string output = side == Side.Server ? Convert.ToHexString(engine.Output) : string.Join('\n', engine.Written);
        return string.Join('\n', engine.Events.Append(output).Append(
            $"{record.Code} {record.Reason} {record.WasClean} {record.Sent} {record.Received} {record.ReceivedFirst} {record.EndedBy} {record.Cause} {record.Why.Detail.Key} {string.Join(',', record.Why.Detail.Arguments)} {record.Traffic}"));
    }
}
