using Cierre.AspNetCore.Inspector;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public class LanguageTests
{
    [Theory]
    [InlineData("es", "", "es")]
    [InlineData("ES-mx", "en", "es")]
    [InlineData("en", "es", "")]
    [InlineData("fr", "es", "es")]
    [InlineData("", "es", "es")]
    [InlineData("", "fr, en;q=0.4, es;q=0.5", "es")]
    [InlineData("", "es;q=0, en", "")]
    [InlineData("", "*", "")]
    [InlineData("", "\u00ff;;q=x", "")]
    [InlineData("", "", "")]
    public void Address_decides_then_the_order_of_what_is_accepted_then_it_is_English(string asked, string accepted, string culture)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        request.QueryString = QueryString.Create("lang", asked);
        request.Headers.AcceptLanguage = accepted;
        Assert.Equal(culture, Language.Of(request).Name);
    }
}
