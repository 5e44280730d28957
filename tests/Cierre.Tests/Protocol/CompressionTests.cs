using System.IO.Compression;
using System.Text;
using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;
using CsCheck;
using Xunit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 7692 in the engine: what is compressed arrives as it was, however the bytes come; what is wrong is named.</summary>
public class CompressionTests
{
    private static readonly byte[] Hello = Convert.FromHexString("f248cdc9c90700");

    [Theory, BothSides]
    public void Compressed_message_arrives_whole_fragmented_and_with_control_frames_between(Side reader)
    {
        foreach (Split split in (Split[])[Split.Whole, Split.ByteByByte, Split.Random(1, 4)])
        {
            EngineSide engine = new(reader, deflate: DeflateKit.Terms());
            Side peer = reader.Other();
            engine.Receive(
                [
                    .. Frames.Raw(peer, 0xC1, Hello), .. Frames.Raw(peer, 0x41, Hello[..3]), .. Frames.Ping(peer, "p"), .. Frames.Raw(peer, 0x00, []), .. Frames.Raw(peer, 0x80, Hello[3..]),
                    .. Frames.Text(peer, "plain"), .. Frames.Raw(peer, 0xC1, [0]), .. Frames.Raw(peer, 0xC2, Hello),
                ],
                split);
            Assert.Equal(["Hello", "Hello", "plain", "", "Hello"], engine.Messages.Select(m => m.Text));
            Assert.Equal([WebSocketOpcode.Text, WebSocketOpcode.Text, WebSocketOpcode.Text, WebSocketOpcode.Text, WebSocketOpcode.Binary], engine.Messages.Select(m => m.Kind));
            Assert.Equal(10, Assert.Single(engine.Written).Opcode);
            Assert.Equal(0, engine.Engine.HeldBytes);
        }
    }

    [Fact]
    public void Examples_of_the_RFC_arrive_with_takeover()
    {
        // 7.2.3.1 as one frame and in two, 7.2.3.2, 7.2.3.3, 7.2.3.4, 7.2.3.5, 7.2.3.6.
        foreach (Split split in (Split[])[Split.Whole, Split.ByteByByte])
        {
            EngineSide engine = new(Side.Client, deflate: DeflateKit.Terms(takeover: true));
            engine.Receive(
                Convert.FromHexString("c107f248cdc9c90700" + "4103f248cd" + "8004c9c90700" + "c105f200110000" + "c10b000500faff48656c6c6f00" + "c108f348cdc9c9070000" + "c10df248050000" + "00ffffcac9c90700" + "c10100"),
                split);
            Assert.Equal(["Hello", "Hello", "Hello", "Hello", "Hello", "Hello", ""], engine.Messages.Select(m => m.Text));
            engine.ShouldBeOpen();
        }
    }

    [Theory, BothSides]
    public void Message_read_in_parts_is_inflated_part_by_part(Side reader)
    {
        byte[] message = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i},")));
        byte[] frame = Frames.Raw(reader.Other(), 0xC1, DeflateKit.Compress(message));
        EngineSide engine = new(reader, deflate: DeflateKit.Terms()) { Engine = { InParts = true } };
        engine.Receive(frame);
        Assert.Equal(message, engine.Parts.SelectMany(p => p.Payload));
        Assert.Equal([engine.Parts.Count - 1], engine.Parts.Index().Where(p => p.Item.Last).Select(p => p.Index));
        Assert.True(engine.Parts.Count > 10);
        // Begun whole, asked for in parts, and an empty one.
        engine.Receive(frame[..1000]);
        engine.Parts.Clear();
        engine.Engine.InParts = true;
        engine.Receive(frame[1000..]);
        Assert.Equal(message, engine.Parts.SelectMany(p => p.Payload));
        engine.Parts.Clear();
        engine.Engine.InParts = true;
        engine.Receive(Frames.Raw(reader.Other(), 0xC1, [0]));
        Assert.Equal((0, true), (Assert.Single(engine.Parts).Payload.Length, engine.Parts[0].Last));
    }

    [Fact]
    public void Bomb_that_is_read_in_parts_comes_in_parts_of_about_a_mebibyte()
    {
        using var bomb = new MemoryStream();
        using (var deflate = new DeflateStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(new byte[64 << 20]);
        EngineSide engine = new(Side.Client, new ProtocolLimits { MaxMessageSize = 1 << 30 }, deflate: DeflateKit.Terms()) { Engine = { InParts = true } };
        engine.Receive(Frames.Raw(Side.Server, 0xC2, [.. bomb.ToArray(), 0]));
        Assert.Equal(64 << 20, engine.Parts.Sum(p => p.Payload.Length));
        Assert.All(engine.Parts, p => Assert.InRange(p.Payload.Length, 0, 1 << 21));
    }

    [Theory, BothSides]
    public void After_our_close_compressed_messages_are_inflated_and_dropped_and_the_close_still_counts(Side reader)
    {
        EngineSide engine = new(reader, deflate: DeflateKit.Terms(takeover: true));
        Side peer = reader.Other();
        engine.Receive(Frames.Raw(peer, 0xC1, Hello));
        engine.Close(1000);
        // Refers to what came before, and to what was dropped.
        engine.Receive(Frames.Raw(peer, 0xC1, Convert.FromHexString("f200110000")), Frames.Raw(peer, 0xC1, Convert.FromHexString("f200110000")), Frames.Close(peer, 1000));
        Assert.Single(engine.Messages);
        engine.EndOfStream();
        engine.ShouldEndAsync(1000, clean: true, CloseCause.Requested, EndedBy.Local);
    }

    [Fact]
    public void Kind_and_number_of_fragments_are_limited_as_for_plain_messages()
    {
        EngineSide engine = new(Side.Server, new ProtocolLimits { AcceptedKind = WebSocketOpcode.Binary }, deflate: DeflateKit.Terms());
        engine.Receive(Frames.Raw(Side.Client, 0xC1, Hello));
        engine.ShouldCloseFor(Violations.KindNotAccepted("text", "binary"));
        engine = new(Side.Server, new ProtocolLimits { MaxFragments = 2 }, deflate: DeflateKit.Terms());
        engine.Receive(Frames.Raw(Side.Client, 0x41, Hello[..2]), Frames.Raw(Side.Client, 0, Hello[2..3]), Frames.Raw(Side.Client, 0, Hello[3..4]));
        engine.ShouldCloseFor(Violations.TooManyFragments(2));
    }

    [Fact]
    public void Traffic_counts_messages_and_the_frames_that_they_became()
    {
        byte[] noise = new byte[FrameWriter.MaxPayload];
        new Random(1).NextBytes(noise);
        EngineSide engine = new(Side.Server, deflate: DeflateKit.Terms(takeover: true));
        engine.SendFrame(WebSocketOpcode.Binary, fin: true, noise);
        Assert.Equal((2, 1), (engine.Engine.Traffic.FramesSent, engine.Engine.Traffic.MessagesSent));
        Assert.Equal(noise.Length, engine.Engine.PayloadWritten);
    }

    [Fact]
    public void Whatever_is_agreed_messages_arrive_as_they_were_sent_however_the_bytes_are_split()
    {
        Gen<byte[]> payload = Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Int[0, 70_000].Select(n => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, n / 6).Select(i => $"{i % 977},")))));
        Gen<(byte[] Payload, bool Compressible, int Pieces)> message = Gen.Select(payload, Gen.Bool, Gen.Int[1, 4]);
        Gen<Cierre.Deflate.DeflateTerms> terms = Gen.Select(Gen.Bool, Gen.Int[8, 15], Gen.Enum<CompressionLevel>(), Gen.Int[0, 500])
            .Select((takeover, bits, level, threshold) => DeflateKit.Terms(takeover, bits, level, threshold));
        Gen.Select(terms, message.Array[1, 6], Gen.Int, Gen.Bool).Sample(
            (agreed, messages, seed, client) =>
            {
                EnginePair pair = new(client: agreed, server: agreed);
                Side from = client ? Side.Client : Side.Server;
                foreach ((byte[] data, bool compressible, int pieces) in messages)
                {
                    byte[][] fragments = [.. data.Chunk(Math.Clamp((data.Length / pieces) + 1, 1, FrameWriter.MaxPayload))];
                    if (fragments.Length == 0) fragments = [[]];
                    for (int i = 0; i < fragments.Length; i++) pair[from].SendFrame(i == 0 ? WebSocketOpcode.Binary : WebSocketOpcode.Continuation, i == fragments.Length - 1, fragments[i], compressible);
                }

                pair.Deliver(Split.Random(seed, largest: 500));
                pair[from.Other()].ShouldBeOpen();
                Assert.Equal(messages.Select(m => m.Payload), pair[from.Other()].Messages.Select(m => m.Payload));
            },
            iter: 300);
    }
}
