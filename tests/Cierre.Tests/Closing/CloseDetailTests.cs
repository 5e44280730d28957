using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseDetailTests
{
    [Fact]
    public void Sentence_holds_the_numbers() => Assert.Equal("message of 1048577 bytes is over the limit of 1048576", new CloseDetail("MessageTooBig", 1048577ul, 1048576L).English);

    [Fact]
    public void Text_among_the_arguments_is_harmless_whoever_wrote_it() =>
        Assert.EndsWith(@"a\u{202E}\r\n\u{001B}[2J", new CloseDetail("HttpStatus", 403, "a\u202e\r\n\u001b[2J").English, StringComparison.Ordinal);

    [Fact]
    public void English_is_the_same_whatever_the_culture_of_the_thread()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("es");
        try
        {
            Assert.Equal("ping was not answered within 0.5 s", new CloseDetail("PingNotAnswered", 0.5).English);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Detail_inside_a_detail_is_in_the_language_of_the_sentence()
    {
        var detail = new CloseDetail("ConnectionReset", new CloseDetail("Http2Error", 8L));
        Assert.Equal("the peer or something in between reset the connection (HTTP/2 error 8)", detail.English);
        Assert.Equal("el otro extremo o un intermediario reinició la conexión (error 8 de HTTP/2)", detail.In(CultureInfo.GetCultureInfo("es-MX")));
        Assert.Equal(detail.English, detail.In(CultureInfo.GetCultureInfo("fi")));
        Assert.Equal("HTTP/2 error 8", $"{new CloseDetail("Http2Error", 8L)}");
    }

    [Fact]
    public void One_thing_is_in_the_singular()
    {
        Assert.Equal(["1 byte", "0 bytes", "2 bytes"], new long[] { 1, 0, 2 }.Select(count => CloseDetail.Bytes(count).English));
        Assert.Equal(["1 fragment", "2 fragments"], new long[] { 1, 2 }.Select(count => CloseDetail.Fragments(count).English));
    }

    [Fact]
    public void Same_key_and_numbers_are_the_same_detail()
    {
        Assert.Equal(new CloseDetail("ReservedBit", 1), new CloseDetail("ReservedBit", 1));
        Assert.NotEqual(new CloseDetail("ReservedBit", 1), new CloseDetail("ReservedBit", 2));
    }
}
