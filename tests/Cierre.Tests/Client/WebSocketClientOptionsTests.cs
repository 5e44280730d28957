using System.Globalization;
using System.Net;
using Cierre.TestKit;
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
        options.ConnectTimeout = Timeout.InfiniteTimeSpan;
        options.HttpVersion = HttpVersion.Version20;
        Assert.Equal(HttpVersion.Version20, options.HttpVersion);
    }

    [Fact]
    public void Header_is_set_in_a_copy_that_keeps_everything_else()
    {
        var options = new WebSocketClientOptions
        {
            Headers = { new("Authorization", "old"), new("X", "1"), new("AUTHORIZATION", "older") },
            Subprotocols = { "chat" },
            RequiredExtensions = { "x-wanted" },
            MaxMessageSize = 7,
        };
        WebSocketClientOptions copy = options.WithHeader("authorization", "new");
        Assert.Equal([new("X", "1"), new("authorization", "new")], copy.Headers);
        Assert.Equal(3, options.Headers.Count);
        options.Subprotocols.Clear();
        options.RequiredExtensions.Clear();
        Assert.Equal(["chat"], copy.Subprotocols);
        Assert.Equal(["x-wanted"], copy.RequiredExtensions);
        Assert.Equal(7, copy.MaxMessageSize);
    }

    [Fact]
    public void Copy_has_all_that_the_original_has_and_nothing_in_common_that_can_be_changed()
    {
        var options = OptionsCopy.Changed<WebSocketClientOptions>();
        Assert.Empty(OptionsCopy.Faults(options, new WebSocketClientOptions(options)));
        Assert.Equal(["Headers was not copied"], OptionsCopy.Faults(options, (WebSocketClientOptions)options.WithHeader("z", "1")));
        Assert.Throws<ArgumentNullException>("other", () => new WebSocketClientOptions(null!));
    }

    [Fact]
    public void What_an_opening_would_refuse_is_told_before()
    {
        new WebSocketClientOptions { Subprotocols = { "chat" }, RequiredExtensions = { "x" }, Headers = { new("X", "1") } }.Validate();
        WebSocketClientOptions[] wrong =
        [
            new() { Subprotocols = { "a b" } }, new() { Subprotocols = { "chat", "chat" } }, new() { RequiredExtensions = { "a;b" } },
            new() { Headers = { new("Upgrade", "x") } }, new() { Headers = { new("X", "\n") } },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentException>(options.Validate));
        Assert.Null(WebSocketClientOptions.GetHeaderError("Cookie", "a=b"));
        Assert.Null(WebSocketClientOptions.GetHeaderError("X", ""));
        Assert.StartsWith("The header 'Sec-WebSocket-Key' cannot be set", WebSocketClientOptions.GetHeaderError("Sec-WebSocket-Key", "x", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Contains("U+00E9 at index 1", WebSocketClientOptions.GetHeaderError("X", "né", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal(
            "El valor de la cabecera 'X' tiene el carácter U+00E9 en el índice 1; solo se pueden enviar ASCII visible, espacios y tabuladores (RFC 9110 5.5).",
            WebSocketClientOptions.GetHeaderError("X", "né", CultureInfo.GetCultureInfo("es-MX")));
        Assert.Throws<ArgumentNullException>("name", () => WebSocketClientOptions.GetHeaderError(null!, ""));
        Assert.Throws<ArgumentNullException>("value", () => WebSocketClientOptions.GetHeaderError("X", null!));
    }
}
