using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Reconnecting;

public sealed class WebSocketReconnectOptionsTests
{
    [Fact]
    public void Value_out_of_range_is_refused_with_the_options_name()
    {
        var options = new WebSocketReconnectOptions();
        Assert.Throws<ArgumentOutOfRangeException>(nameof(options.StableAfter), () => options.StableAfter = TimeSpan.FromTicks(-1));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(options.StableAfter), () => options.StableAfter = TimeSpan.FromDays(25));
        Assert.Throws<ArgumentNullException>(nameof(options.Random), () => options.Random = null!);
    }

    [Fact]
    public void Defaults_do_as_advised()
    {
        var options = new WebSocketReconnectOptions();
        Assert.Equal((TimeSpan.FromSeconds(20), null, null), (options.StableAfter, options.Policy, options.CredentialsRenewal));
        Assert.Same(Random.Shared, options.Random);
        Assert.Empty(options.AlternateUrls);
        options.StableAfter = TimeSpan.Zero;
    }

    [Fact]
    public void Copy_with_a_header_has_addresses_of_its_own()
    {
        var options = new WebSocketReconnectOptions { AlternateUrls = { new Uri("ws://one/") } };
        var copy = (WebSocketReconnectOptions)options.WithHeader("Authorization", "Bearer new");
        options.AlternateUrls.Add(new Uri("ws://two/"));
        copy.AlternateUrls.Add(new Uri("ws://three/"));
        Assert.Equal(["ws://one/", "ws://two/"], options.AlternateUrls.Select(address => address.AbsoluteUri));
        Assert.Equal(["ws://one/", "ws://three/"], copy.AlternateUrls.Select(address => address.AbsoluteUri));
    }

    [Fact]
    public void Copy_has_all_that_the_original_has_and_nothing_in_common_that_can_be_changed()
    {
        var options = OptionsCopy.Changed<WebSocketReconnectOptions>();
        Assert.Empty(OptionsCopy.Faults(options, new WebSocketReconnectOptions(options)));
        Assert.Equal(["Headers was not copied"], OptionsCopy.Faults(options, (WebSocketReconnectOptions)options.WithHeader("z", "1")));
        Assert.Throws<ArgumentNullException>("other", () => new WebSocketReconnectOptions(null!));
    }

    [Fact]
    public void Further_URLs_are_checked_with_the_rest()
    {
        new WebSocketReconnectOptions { AlternateUrls = { new("wss://one/") } }.Validate();
        Assert.Throws<ArgumentException>(new WebSocketReconnectOptions { AlternateUrls = { new("ftp://one/") } }.Validate);
        Assert.Throws<ArgumentException>(new WebSocketReconnectOptions { Subprotocols = { "a b" } }.Validate);
    }

    [Fact]
    public void Alternate_url_that_comes_later_is_no_matter_of_a_single_opening()
    {
        var options = new WebSocketReconnectOptions { AlternateUrls = { new("/relative", UriKind.Relative) } };
        options.CheckOpening();
        Assert.Throws<ArgumentException>(options.Validate);
    }

    [Fact]
    public void Header_without_a_name_is_refused_in_words()
    {
        var options = new WebSocketClientOptions { Headers = { default } };
        Assert.Contains("no name", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }
}
