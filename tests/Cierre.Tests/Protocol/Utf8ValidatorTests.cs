using System.Text.Unicode;
using Cierre.Protocol;
using Cierre.TestKit;
using CsCheck;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 8.1, RFC 3629.</summary>
public class Utf8ValidatorTests
{
    // Bytes at the borders of the table of RFC 3629 come up often.
    private static readonly Gen<byte> Bytes = Gen.Frequency(
        (3, Gen.Byte),
        (2, Gen.OneOf<byte>(0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF)),
        (1, Gen.Byte[0x80, 0xBF]));

    private static readonly Gen<byte[]> Mixed = Gen.Select(Gen.String, Bytes.Array[0, 6], Gen.String, (a, b, c) => Frames.Join(System.Text.Encoding.UTF8.GetBytes(a), b, System.Text.Encoding.UTF8.GetBytes(c)));

    private static readonly Gen<byte[]> AnyBytes = Gen.Frequency((1, Bytes.Array[0, 40]), (2, Mixed));

    [Fact]
    public void Any_bytes_in_any_split_are_judged_like_the_whole() =>
        Gen.Select(AnyBytes, Gen.Int[1, 9].Array[0, 20]).Sample((bytes, pieces) =>
        {
            Utf8Validator validator = default;
            bool valid = true;
            foreach (byte[] piece in Split.At(pieces).Cut(bytes)) valid = valid && validator.Advance(piece, out _, out _);
            Assert.Equal(Utf8.IsValid(bytes), valid && validator.AtBoundary);
        }, iter: 20_000);

    [Fact]
    public void Bytes_are_rejected_at_the_first_piece_that_cannot_become_utf8() =>
        Gen.Select(AnyBytes, Gen.Int[1, 9].Array[0, 20]).Sample((bytes, pieces) =>
        {
            Utf8Validator validator = default;
            int fed = 0;
            foreach (byte[] piece in Split.At(pieces).Cut(bytes))
            {
                fed += piece.Length;
                bool can = ReferenceUtf8.CanBecomeUtf8(bytes.AsSpan(0, fed), out bool atBoundary);
                Assert.Equal(can, validator.Advance(piece, out _, out _));
                if (!can) return;
                Assert.Equal(atBoundary || fed == 0, validator.AtBoundary);
            }
        }, iter: 20_000);

    [Fact]
    public void The_offset_is_where_the_bad_sequence_begins_in_every_split() =>
        Gen.Select(AnyBytes.Where(b => !ReferenceUtf8.CanBecomeUtf8(b, out _)), Gen.Int[1, 9].Array[0, 20]).Sample((bytes, pieces) =>
        {
            Utf8Validator whole = default;
            whole.Advance(bytes, out long expected, out byte value);
            Assert.Equal(bytes[expected], value);
            Assert.True(Utf8.IsValid(bytes.AsSpan(0, (int)expected)));

            Utf8Validator split = default;
            foreach (byte[] piece in Split.At(pieces).Cut(bytes))
            {
                if (split.Advance(piece, out long offset, out byte found)) continue;
                Assert.Equal((expected, value), (offset, found));
                return;
            }

            Assert.Fail("accepted");
        }, iter: 5_000);

    [Fact]
    public void Every_sequence_of_two_bytes_is_judged_as_the_table_says()
    {
        for (int pair = 0; pair <= ushort.MaxValue; pair++)
        {
            byte[] bytes = [(byte)(pair >> 8), (byte)pair];
            Utf8Validator validator = default;
            bool can = ReferenceUtf8.CanBecomeUtf8(bytes, out bool atBoundary);
            Assert.Equal(can, validator.Advance(bytes, out _, out _));
            if (can) Assert.Equal(atBoundary, validator.AtBoundary);
        }
    }

    [Fact]
    public void Every_code_point_passes_byte_by_byte()
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            if (!System.Text.Rune.TryCreate(value, out System.Text.Rune rune)) continue;
            int length = rune.EncodeToUtf8(bytes);
            Utf8Validator validator = default;
            for (int i = 0; i < length; i++) Assert.True(validator.Advance(bytes.Slice(i, 1), out _, out _));
            Assert.True(validator.AtBoundary);
        }
    }
}
