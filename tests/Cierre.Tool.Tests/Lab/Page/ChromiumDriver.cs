using Cierre.TestKit;
using Microsoft.Playwright;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>Debian's Chromium.</summary>
internal sealed class ChromiumDriver : IPageDriver
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;
    private readonly List<string> _complaints = [];

    private ChromiumDriver(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, _page) = (playwright, browser, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complain(message.Text);
        };
        page.PageError += (_, error) => Complain(error);
        page.SetDefaultTimeout((float)ToolProcess.Bound.TotalMilliseconds);
    }

    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints) return [.. _complaints];
        }
    }

    public static async Task<ChromiumDriver> StartAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new ChromiumDriver(playwright, browser, await browser.NewPatientPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 }, Locale = "en-GB", ReducedMotion = ReducedMotion.Reduce }));
    }

    public Task GoAsync(Uri url) => _page.GotoAsync(url.ToString());

    public Task<string> EvaluateAsync(string expression) => _page.EvaluateAsync<string>(expression);

    // Playwright's own wait evaluates the text again and again, which the page's content security policy forbids.
    public Task WaitAsync(string expression) => _page.EvaluateAsync<string>($"new Promise(resolve => {{ const look = () => ({expression}) ? resolve('') : setTimeout(look, 20); look(); }})").WaitAsync(ToolProcess.Bound);

    public Task ClickAsync(string selector) => _page.ClickAsync(selector);

    /// <summary>Replaces what stands in a field.</summary>
    public Task FillAsync(string selector, string text) => _page.FillAsync(selector, text);

    /// <summary>Clicks a link that opens another page, and returns that page.</summary>
    public Task<IPage> FollowAsync(string selector) => _page.Context.RunAndWaitForPageAsync(() => _page.ClickAsync(selector));

    /// <summary>Presses a key where the focus is.</summary>
    public Task PressAsync(string key) => _page.Keyboard.PressAsync(key);

    /// <summary>A picture of what is to be seen.</summary>
    public async Task<byte[]> PictureAsync(int width, int height, bool dark)
    {
        await _page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await _page.SetViewportSizeAsync(width, height);
        return await _page.ScreenshotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    /// <summary>A browser notes every socket that fails, as many of the lab's must; a page cannot keep it from that.</summary>
    private void Complain(string text)
    {
        lock (_complaints)
        {
            if (!text.StartsWith("WebSocket connection to ", StringComparison.Ordinal)) _complaints.Add(text);
        }
    }
}
