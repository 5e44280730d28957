using System.Net;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class WebSocketClientOptionsTests
{
    [Fact]
    public void Value_out_of_range_is_refused_with_the_options_name()
    {
        var options = new WebSocketClientOptions();
        Assert.Equal(nameof(options.HttpVersion), Assert.Throws<ArgumentOutOfRangeException>(() => options.HttpVersion = HttpVersion.Version30).ParamName);
        Assert.Equal(nameof(options.HttpVersion), Assert.Throws<ArgumentNullException>(() => options.HttpVersion = null!).ParamName);
        Assert.Equal(nameof(options.ConnectTimeout), Assert.Throws<ArgumentOutOfRangeException>(() => options.ConnectTimeout = TimeSpan.Zero).ParamName);
        Assert.Equal(nameof(options.ConnectTimeout), Assert.Throws<ArgumentOutOfRangeException>(() => options.ConnectTimeout = TimeSpan.FromDays(25)).ParamName);
    }

    [Fact]
    public void Defaults_are_HTTP_1_without_redirects_and_15_seconds()
    {
        var options = new WebSocketClientOptions();
        Assert.Equal((HttpVersion.Version11, false, TimeSpan.FromSeconds(15)), (options.HttpVersion, options.FollowRedirects, options.ConnectTimeout));
        options.HttpVersion = HttpVersion.Version20;
        Assert.Equal(HttpVersion.Version20, options.HttpVersion);
    }
}
