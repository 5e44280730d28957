using System.Text;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseFrameTests
{
    private static byte[] Body(CloseFrame frame)
    {
        var body = new byte[CloseFrame.MaxBodyBytes];
        return body[..frame.WriteBody(body)];
    }

    private static CloseFrame Parse(params byte[] body)
    {
        Assert.True(CloseFrame.TryParse(body, out CloseFrame frame, out Violation? violation));
        Assert.Null(violation);
        return frame;
    }

    private static Violation Reject(params byte[] body)
    {
        Assert.False(CloseFrame.TryParse(body, out _, out Violation? violation));
        return violation!;
    }

    private static byte[] WithReason(params byte[] reason) => [0x03, 0xE8, .. reason];

    [Fact]
    public void Code_is_two_bytes_in_network_order_and_the_reason_follows() =>
        Assert.Equal([0x03, 0xE9, (byte)'b', (byte)'y', (byte)'e'], Body(new CloseFrame(1001, "bye")));

    [Fact]
    public void Empty_frame_has_an_empty_body() => Assert.Empty(Body(CloseFrame.Empty));

    [Fact]
    public void Empty_body_is_1005_without_a_reason()
    {
        CloseFrame frame = Parse();
        Assert.Equal((1005, ""), (frame.Code, frame.Reason));
        Assert.True(frame.IsEmpty);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var frame = new CloseFrame(4999, "añb€c😀");
        Assert.Equal(frame, Parse(Body(frame)));
    }

    [Fact]
    public void Reason_of_123_bytes_goes_out_whole()
    {
        string reason = new('x', 123);
        Assert.Equal(reason, Encoding.UTF8.GetString(Body(new CloseFrame(1000, reason))[2..]));
    }

    [Theory]
    [InlineData("x", 124, 123)]      // 1 byte each
    [InlineData("ñ", 62, 122)]       // 2 bytes each: 61 fit
    [InlineData("€", 42, 123)]       // 3 bytes each: 41 fit
    [InlineData("😀", 31, 120)]      // 4 bytes each: 30 fit
    public void Longer_reason_is_cut_at_a_code_point_border(string codePoint, int count, int bytes)
    {
        string reason = string.Concat(Enumerable.Repeat(codePoint, count));
        var frame = new CloseFrame(1000, reason);
        string sent = Encoding.UTF8.GetString(Body(frame)[2..]);
        Assert.Equal(bytes, Encoding.UTF8.GetByteCount(sent));
        Assert.StartsWith(sent, reason, StringComparison.Ordinal);
        Assert.Equal(reason, frame.Reason);
    }

    // Not as theory data: an attribute cannot hold a lone surrogate.
    [Fact]
    public void Lone_surrogate_goes_out_as_replacement_character() => Assert.All(["a\uD800b", "a\uDC00b", "a\uD800", "\uDC00\uD800"], reason =>
        Assert.Equal(reason.Replace('\uD800', '\uFFFD').Replace('\uDC00', '\uFFFD'), Encoding.UTF8.GetString(Body(new CloseFrame(1000, reason))[2..])));

    [Fact]
    public void Replacement_character_that_does_not_fit_is_left_out() =>
        Assert.Equal(2 + 122, Body(new CloseFrame(1000, new string('x', 122) + "\uD800")).Length);

    [Fact]
    public void Reason_is_kept_as_it_came_byte_order_mark_and_nul_included() =>
        Assert.Equal("\uFEFFa\0", Parse(WithReason(0xEF, 0xBB, 0xBF, (byte)'a', 0)).Reason);

    [Fact]
    public void Body_of_one_byte_is_1002() => Assert.Equal(Violations.CloseBodyOfOneByte(), Reject(0x03));

    [Fact]
    public void Body_of_two_bytes_is_a_code_without_a_reason() => Assert.Equal(new CloseFrame(1000), Parse(0x03, 0xE8));

    [Fact]
    public void Every_code_is_accepted_or_refused_as_the_table_says()
    {
        for (int code = 0; code <= ushort.MaxValue; code++)
        {
            byte[] body = [(byte)(code >> 8), (byte)code];
            bool accepted = CloseFrame.TryParse(body, out CloseFrame frame, out Violation? violation);
            Assert.Equal(CloseCodes.MayBeOnTheWire((ushort)code), accepted);
            if (accepted) Assert.Equal(code, frame.Code);
            else Assert.Equal(Violations.CloseCodeForbidden(code), violation);
        }
    }

    [Theory]
    [InlineData(0, 0x80, new byte[] { 0x80 })]                                // a continuation byte without a lead
    [InlineData(1, 0xFF, new byte[] { 0x61, 0xFF })]                          // never in UTF-8
    [InlineData(0, 0xC0, new byte[] { 0xC0, 0x80 })]                          // overlong, known from the first byte
    [InlineData(0, 0xE0, new byte[] { 0xE0, 0x80, 0x80 })]                    // overlong
    [InlineData(0, 0xED, new byte[] { 0xED, 0xA0, 0x80 })]                    // a surrogate
    [InlineData(0, 0xF4, new byte[] { 0xF4, 0x90, 0x80, 0x80 })]              // over U+10FFFF
    [InlineData(0, 0xF5, new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    [InlineData(1, 0xE2, new byte[] { 0x61, 0xE2, 0x82, 0x41 })]              // the third byte of three is another letter
    [InlineData(2, 0xE2, new byte[] { 0x61, 0x62, 0xE2, 0x82 })]              // ends inside a code point: where that begins
    [InlineData(5, 0xFE, new byte[] { 0xE2, 0x82, 0xAC, 0xC3, 0xB1, 0xFE })]
    public void Reason_that_is_not_UTF8_is_1007_at_the_byte_where_the_bad_sequence_begins(int offset, byte value, byte[] reason)
    {
        Violation violation = Reject(WithReason(reason));
        Assert.Equal(Violations.CloseReasonNotUtf8(offset, value), violation);
        Assert.Equal(CloseCodes.InvalidFramePayloadData, violation.Code);
    }

    [Fact]
    public void Answer_has_the_code_and_no_reason() => Assert.Equal(new CloseFrame(1001), new CloseFrame(1001, "restarting").Echo);

    [Fact]
    public void Answer_to_an_empty_frame_is_empty() => Assert.True(CloseFrame.Empty.Echo.IsEmpty);
}
