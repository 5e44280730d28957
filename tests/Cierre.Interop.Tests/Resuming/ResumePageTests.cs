using Cierre.TestKit;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Interop.Tests.Resuming;

/// <summary>The client for browsers, served by MapCierreScripts, in a page in Chromium whose connections are cut.</summary>
public sealed class ResumePageTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private ResumeServer _server = null!;
    private CuttingProxy _proxy = null!;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage _page = null!;

    internal static BrowserTypeLaunchOptions Options { get; } = new()
    {
        ExecutablePath = "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        // Playwright turns it off, and no user does.
        IgnoreDefaultArgs = ["--disable-back-forward-cache"],
    };

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Chromium.Skip)), $"{PeerKind.Chromium.Name} is not here: {PeerKind.Chromium.Skip} is set.");
        _server = await ResumeServer.StartAsync();
        _proxy = new CuttingProxy(_server.Url);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(Options);
        _page = await _browser.NewPatientPageAsync();
        await _page.GotoAsync(new Uri(_proxy.Url, "/page").ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.End)]
    [InlineData(CutKind.Silence)]
    public async Task Page_that_is_cut_goes_on_and_nothing_is_lost_doubled_or_out_of_order(CutKind cut)
    {
        await OpenAsync();
        for (int i = 1; i <= 40; i++)
        {
            await _page.EvaluateAsync("text => socket.send(text)", $"page:{i}");
            if (i % 10 == 5) _proxy.CutNow(cut);
        }

        string[] all = [.. Enumerable.Range(1, 40).Select(i => $"page:{i}")];
        await _page.WaitForFunctionAsync("() => messages.length >= 40").WaitAsync(Limit);
        Assert.Equal(all, await _page.EvaluateAsync<string[]>("messages"));
        Assert.Equal(all, _server.Received("page"));
        string[] told = await _page.EvaluateAsync<string[]>("told");
        Assert.Contains("resumed", told);
        Assert.DoesNotContain("lost", told);
        Assert.DoesNotContain("error", told);
        Assert.Equal(1, await _page.EvaluateAsync<int>("socket.readyState"));
        // Our servers answer with the code alone.
        Assert.Equal("4000  true", await _page.EvaluateAsync<string>(
            "() => new Promise(closed => { socket.onclose = e => closed(`${e.code} ${e.reason} ${e.wasClean}${e instanceof CloseEvent ? '' : ', no CloseEvent'}`); socket.close(4000, 'done'); })"));
    }

    [Fact]
    public async Task Code_that_is_said_while_the_page_is_away_arrives_as_soon_as_it_is_online_again()
    {
        await OpenAsync();
        // The first attempt would be made after some 5 s.
        await _page.EvaluateAsync("() => { Math.random = () => 0.99; window.ended = new Promise(closed => socket.onclose = e => closed(`${e.code} ${e.reason} ${e.wasClean}`)); }");
        _proxy.CutNow();
        await _page.WaitForFunctionAsync("() => told.includes('reconnecting')").WaitAsync(Limit);
        await WaitForAsync(() => _server.Connections == 0);
        Task<CloseRecord> closing = _server.Newest!.CloseAsync(4001, "signed out");
        double begun = await _page.EvaluateAsync<double>("() => { const now = performance.now(); dispatchEvent(new Event('online')); return now; }");
        Assert.Equal("4001 signed out true", await _page.EvaluateAsync<string>("ended").WaitAsync(Limit));
        Assert.InRange(await _page.EvaluateAsync<double>("performance.now()") - begun, 0, 4_500);
        Assert.Equal((4001, true), ((await closing.WaitAsync(Limit)).Code, (await closing).WasClean));
    }

    [Fact]
    public async Task Page_that_comes_back_from_the_cache_of_its_browser_goes_on()
    {
        await OpenAsync();
        // Playwright loses sight of a page that goes into the cache: the page tells by itself.
        await _page.EvaluateAsync(
            """
            () => {
              Math.random = () => 0.99;
              let shown;
              addEventListener("pageshow", e => {
                if (!e.persisted) return;
                shown = performance.now();
                socket.send("cached:2");
              });
              socket.addEventListener("message", () => messages.length === 2
                && socket.send(`report:${messages} ${told} ${performance.now() - shown < 2_500 ? "soon" : "late"}`));
              socket.send("cached:1");
            }
            """);
        await _page.WaitForFunctionAsync("() => messages.length == 1").WaitAsync(Limit);
        await _page.GotoAsync(new Uri(_proxy.Url, "/away").ToString());
        _ = _page.EvaluateAsync("() => history.back()").ContinueWith(_ => { }, TaskScheduler.Default);
        await WaitForAsync(() => _server.Received("report").Length > 0);
        Assert.Equal(["report:cached:1,cached:2 reconnecting,resumed soon"], _server.Received("report"));
        Assert.Equal(["cached:1", "cached:2"], _server.Received("cached"));
    }

    [Fact]
    public async Task Worker_has_it_too() => Assert.Equal("worker:1", await _page.EvaluateAsync<string>(
        "() => new Promise((said, failed) => { const worker = new Worker('/worker.js', { type: 'module' }); worker.onmessage = e => said(e.data); worker.onerror = e => failed(e); })")
        .WaitAsync(Limit));

    private async Task OpenAsync() => await _page.EvaluateAsync(
        """
        async () => {
          const { ResumableWebSocket } = await import("/cierre/cierre-resume.js");
          window.messages = [];
          window.told = [];
          window.socket = new ResumableWebSocket("/r", [], { pingInterval: 300, pingTimeout: 3000 });
          for (const type of ["reconnecting", "resumed", "lost", "error", "close"]) socket.addEventListener(type, () => told.push(type));
          socket.onmessage = ({ data }) => messages.push(data);
          await new Promise(opened => socket.onopen = opened);
        }
        """).WaitAsync(Limit);

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (DateTime end = DateTime.UtcNow + Limit; !condition();)
        {
            Assert.True(DateTime.UtcNow < end, "It took too long.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
