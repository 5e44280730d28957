using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The tests of the page, which share what was played: a browser is a load of its own, so they run alone.</summary>
[CollectionDefinition(nameof(InBrowser), DisableParallelization = true)]
public sealed class InBrowser : ICollectionFixture<ChromiumPage>, ICollectionFixture<FirefoxPage>;

/// <summary>The page in Chromium.</summary>
public sealed class ChromiumPage : PlayedPage
{
    internal ChromiumDriver Chromium => (ChromiumDriver)Driver;

    private protected override string Skip => "CIERRE_SKIP_CHROMIUM";

    private protected override async Task<IPageDriver> StartAsync() => await ChromiumDriver.StartAsync();
}

/// <summary>The page in Firefox.</summary>
public sealed class FirefoxPage : PlayedPage
{
    private protected override string Skip => "CIERRE_SKIP_FIREFOX";

    private protected override async Task<IPageDriver> StartAsync() => await FirefoxDriver.StartAsync();
}
