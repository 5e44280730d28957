using System.Text;
using Cierre.AspNetCore.SystemNet;
using Cierre.TestKit;
using CsCheck;
using Xunit;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>The reader of headers: wherever the bytes are cut, the borders are the same.</summary>
public sealed class FrameBordersTests
{
    private static readonly Gen<(int First, byte[] Payload, LengthForm Form)> AnyFrame = Gen.Select(
        Gen.OneOf(0x81, 0x01, 0x82, 0x02, 0x80, 0x00, 0xC1, 0x41, 0x89, 0x8A, 0x83),
        Gen.OneOf(Gen.Byte.Array[0, 8], Gen.Byte.Array[124, 128], Gen.Byte.Array[65_534, 65_538]),
        Gen.OneOf(LengthForm.Shortest, LengthForm.Bits64));

    private static readonly Gen<byte[]> AnyCloseBody = Gen.OneOf(
        Gen.Const(Array.Empty<byte>()), Gen.Select(Gen.Int[1000, 4999], Gen.Char['a', 'z'].Array[0, 123], (code, reason) => CloseBody(code, new string(reason))));

    [Fact]
    public void Any_split_of_any_frames_gives_the_same_borders() =>
        Gen.Select(AnyFrame.Array[0, 6], AnyCloseBody, Gen.Bool, Gen.Int[1, 70_000].Array[1, 12], Gen.OneOf(Border.Frame, Border.Message)).Sample(
            (frames, close, fromClient, cuts, border) =>
            {
                Side sender = fromClient ? Side.Client : Side.Server;
                List<byte> bytes = [];
                List<int> borders = [];
                bool isInMessage = false;
                long messages = 0, payload = 0;
                foreach ((int first, byte[] body, LengthForm form) in frames)
                {
                    bytes.AddRange(Frames.Raw(sender, first, body, form));
                    if ((first & 8) == 0)
                    {
                        isInMessage = (first & Frames.Fin) == 0;
                        payload += body.Length;
                        if (!isInMessage) messages++;
                    }

                    if (border == Border.Frame || !isInMessage) borders.Add(bytes.Count);
                }

                bytes.AddRange(Frames.CloseBody(sender, close));
                // Behind a close frame nothing is read, be it what it may.
                bytes.AddRange([0x81, 0x7F, 0xFF]);
                var reader = new FrameBorders();
                List<int> found = [];
                byte[] all = [.. bytes];
                int at = 0;
                for (int turn = 0; at < all.Length; turn++)
                {
                    int end = Math.Min(all.Length, at + cuts[turn % cuts.Length]);
                    while (at < end)
                    {
                        int read = reader.Read(all.AsSpan(at..end), border);
                        at += read;
                        if (read > 0 && reader.IsAt(border)) found.Add(at);
                    }
                }

                return found.SequenceEqual(borders) && reader.Messages == messages && reader.Bytes == payload && reader.Close == FrameOf(close);
            },
            iter: 2000);

    [Fact]
    public void Every_single_cut_of_a_short_stream_gives_the_same()
    {
        byte[] all =
        [
            .. Frames.Raw(Side.Client, 0x01, [1, 2, 3]), .. Frames.Ping(Side.Client, "p"), .. Frames.Raw(Side.Client, 0x80, new byte[130]),
            .. Frames.Close(Side.Client, 4001, "bye"),
        ];
        for (int cut = 0; cut <= all.Length; cut++)
        {
            var reader = new FrameBorders();
            reader.Read(all.AsSpan(0, cut));
            reader.Read(all.AsSpan(cut));
            Assert.Equal(new CloseFrame(4001, "bye"), reader.Close);
            Assert.Equal((1, 133), (reader.Messages, reader.Bytes));
        }
    }

    [Fact]
    public void Reading_stops_at_the_border_that_is_asked_for()
    {
        byte[] fragment = Frames.Raw(Side.Server, 0x01, [1]);
        byte[] end = Frames.Raw(Side.Server, 0x80, [2, 3]);
        byte[] all = [.. fragment, .. end, .. fragment];
        Assert.Equal(fragment.Length, new FrameBorders().Read(all, Border.Frame));
        Assert.Equal(fragment.Length + end.Length, new FrameBorders().Read(all, Border.Message));
        Assert.Equal(all.Length, new FrameBorders().Read(all));
    }

    [Fact]
    public void Before_the_first_frame_there_is_a_border_and_inside_one_there_is_none()
    {
        var reader = new FrameBorders();
        Assert.True(reader.IsAt(Border.Message) && reader.IsAt(Border.Frame));
        Assert.False(reader.IsAt(Border.None));
        foreach (byte part in Frames.Raw(Side.Server, 0x02, [1, 2])[..^1])
        {
            reader.Read([part]);
            Assert.False(reader.IsAt(Border.Frame));
        }

        reader.Read([0]);
        Assert.True(reader.IsAt(Border.Frame));
        Assert.False(reader.IsAt(Border.Message));
    }

    [Fact]
    public void Length_that_is_none_has_no_border_behind_it()
    {
        var reader = new FrameBorders();
        Assert.Equal(30, reader.Read([0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 1, .. new byte[20]]));
        Assert.True(reader.IsLost);
        Assert.False(reader.IsAt(Border.Frame));
    }

    [Fact]
    public void Close_frame_of_one_byte_reads_as_empty_and_one_that_is_too_long_is_none()
    {
        var reader = new FrameBorders();
        reader.Read([0x88, 1, 3]);
        Assert.Equal(CloseFrame.Empty, reader.Close);
        reader = new FrameBorders();
        reader.Read([0x88, 126, 0, 126, .. new byte[126]]);
        Assert.Null(reader.Close);
        Assert.True(reader.IsAt(Border.Frame));
    }

    private static byte[] CloseBody(int code, string reason) => [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)];

    private static CloseFrame FrameOf(byte[] body) =>
        body.Length == 0 ? CloseFrame.Empty : new CloseFrame((ushort)((body[0] << 8) | body[1]), Encoding.UTF8.GetString(body.AsSpan(2)));
}
