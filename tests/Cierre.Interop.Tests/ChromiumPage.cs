using Cierre.Interop.Tests.SideBySide;
using Cierre.TestKit;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>An empty page in Chromium, to run scripts in beside our own code.</summary>
public sealed class ChromiumPage : IScriptHost
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage? _page;
    private RawServer? _server;

    /// <inheritdoc/>
    public async Task<string> RunAsync(string script, string argument)
    {
        Assert.SkipWhen(_page is null, $"{PeerKind.Chromium.Name} is not here: {PeerKind.Chromium.Skip} is set.");
        return await _page!.EvaluateAsync<string>(script, argument).WaitAsync(TimeSpan.FromSeconds(90));
    }

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Chromium.Skip))) return;
        // A page at about:blank may not reach 127.0.0.1.
        _server = RawServer.Start(
            peer => peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 15\r\n\r\n<!doctype html>"),
            switchProtocols: false);
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumPeer.LaunchAsync(_playwright);
        _page = await _browser.NewPatientPageAsync();
        await _page.GotoAsync($"http://localhost:{_server.Port}/");
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }
}
