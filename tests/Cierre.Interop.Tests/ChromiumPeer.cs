using Cierre.TestKit;
using System.Diagnostics;
using Microsoft.Playwright;

namespace Cierre.Interop.Tests;

/// <summary>Debian's Chromium with a page of the server under test. Commands are calls of the page's functions.</summary>
public sealed class ChromiumPeer : Peer
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private ChromiumPeer(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, _page) = (playwright, browser, page);

    public static async Task<ChromiumPeer> StartAsync(Uri address)
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await LaunchAsync(playwright);
        IPage page = await browser.NewPatientPageAsync();
        var peer = new ChromiumPeer(playwright, browser, page);
        page.Console += (_, message) => peer.Complain(message.Text);
        page.PageError += (_, error) => peer.Complain(error);
        await page.ExposeFunctionAsync<string>("line", peer.OnLine);
        await page.GotoAsync(address.ToString());
        return peer;
    }

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });

    public override async Task<bool> KillAsync()
    {
        ICDPSession session = await _browser.NewBrowserCDPSessionAsync();
        System.Text.Json.JsonElement answer = (await session.SendAsync("SystemInfo.getProcessInfo"))!.Value;
        int network = answer.GetProperty("processInfo").EnumerateArray().Select(process => process.GetProperty("id").GetInt32())
            .Single(id => File.ReadAllText($"/proc/{id}/cmdline").Contains("network.mojom.NetworkService", StringComparison.Ordinal));
        using Process process = Process.GetProcessById(network);
        process.Kill();
        return true;
    }

    public async Task ReloadAsync()
    {
        await _page.ReloadAsync();
        ForgetSockets();
    }

    public override async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    protected override Task SendLineAsync(string line) => _page.EvaluateAsync("line => obey(line)", line);
}
