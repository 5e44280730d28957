using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseDetailTests
{
    [Fact]
    public void Sentence_holds_the_numbers() => Assert.Equal("message of 1048577 bytes is over the limit of 1048576", new CloseDetail("MessageTooBig", 1048577ul, 1048576L).English);

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
    public void Same_key_and_numbers_are_the_same_detail()
    {
        Assert.Equal(new CloseDetail("ReservedBit", 1), new CloseDetail("ReservedBit", 1));
        Assert.NotEqual(new CloseDetail("ReservedBit", 1), new CloseDetail("ReservedBit", 2));
    }
}
