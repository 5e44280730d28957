using Cierre.TestKit;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>One Chromium for the tests of a class; each has pages of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task<IPage> PageAsync()
    {
        Assert.SkipWhen(_browser is null, "Chromium is not here: CIERRE_SKIP_CHROMIUM is set.");
        return await _browser!.NewPatientPageAsync();
    }

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CIERRE_SKIP_CHROMIUM"))) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
    }
}
