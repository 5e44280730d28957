using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cierre.TestKit;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Interop.Tests.Resuming;

/// <summary>A page in Chromium that follows a topic and is away: cut, in the back/forward cache, stopped, and over a restart of its server. The times are short
/// here; CIERRE_AWAY says how many seconds each is away.</summary>
public sealed class TopicPageTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Away =
        TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("CIERRE_AWAY") ?? "2", CultureInfo.InvariantCulture));

    private readonly EphemeralDataProtectionProvider _keys = new();
    private ResumeServer _server = null!;
    private CuttingProxy _proxy = null!;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Chromium.Skip)), $"{PeerKind.Chromium.Name} is not here: {PeerKind.Chromium.Skip} is set.");
        _server = await ResumeServer.StartAsync(_keys);
        _proxy = new CuttingProxy(_server.Url);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(ResumePageTests.Options);
        _page = await _browser.NewPatientPageAsync();
        await _page.GotoAsync(new Uri(_proxy.Url, "/page").ToString());
        await _page.EvaluateAsync(
            """
            async () => {
              const { ResumableWebSocket } = await import("/cierre/cierre-resume.js");
              window.messages = [];
              window.told = [];
              Math.random = () => 0.99;
              window.socket = new ResumableWebSocket("/room");
              socket.addEventListener("lost", e => told.push(`lost ${e.detail.reason}`));
              for (const type of ["reconnecting", "resumed", "gap", "error", "close"]) socket.addEventListener(type, () => told.push(type));
              await new Promise(joined => socket.onmessage = ({ data, topic }) => {
                messages.push([topic, data]);
                if (messages.length == 1) joined();
                if (data == "last" && window.shown) socket.send(`report:${JSON.stringify({ messages, told, ms: performance.now() - shown })}`);
              }, socket.onopen = () => socket.send("here:"));
            }
            """).WaitAsync(Limit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task Page_that_is_cut_gets_each_message_once_and_in_order()
    {
        for (int i = 1; i <= 60; i++)
        {
            await _server.Room.PublishAsync($"{i}");
            if (i % 20 != 10) continue;
            _proxy.CutNow();
            int losses = (i + 10) / 20;
            await ToldAsync("reconnecting", losses);
            await _page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
            // An attempt that is cut is no further loss.
            await ToldAsync("resumed", losses);
        }

        await _page.WaitForFunctionAsync("() => messages.length >= 61").WaitAsync(Limit);
        string[][] messages = await _page.EvaluateAsync<string[][]>("messages.slice(1)");
        Assert.Equal(Enumerable.Range(1, 60).Select(i => $"room {i}"), messages.Select(message => string.Join(' ', message)));
        Assert.DoesNotContain("gap", await _page.EvaluateAsync<string[]>("told"));
    }

    [Fact]
    public async Task Page_that_comes_back_from_the_cache_of_its_browser_has_everything_soon()
    {
        await _page.EvaluateAsync("() => addEventListener('pageshow', e => { if (e.persisted) window.shown = performance.now(); })");
        await _page.GotoAsync(new Uri(_proxy.Url, "/away").ToString());
        await PublishAwayAsync();
        // Playwright loses sight of a page that goes into the cache: the page tells by itself.
        _ = _page.EvaluateAsync("() => history.back()").ContinueWith(_ => { }, TaskScheduler.Default);
        await CheckReportAsync("reconnecting", "resumed");
    }

    [Fact]
    public async Task Page_whose_process_was_stopped_has_everything_soon()
    {
        ICDPSession session = await _browser!.NewBrowserCDPSessionAsync();
        JsonElement processes = (await session.SendAsync("SystemInfo.getProcessInfo"))!.Value.GetProperty("processInfo");
        int[] renderers = [.. processes.EnumerateArray().Where(one => one.GetProperty("type").GetString() == "renderer").Select(one => one.GetProperty("id").GetInt32())];
        Assert.NotEmpty(renderers);
        // Its clock goes on while it is stopped: what comes behind is measured from the first thing that the page does.
        await _page.EvaluateAsync("() => { let last = performance.now(); setInterval(() => { const now = performance.now(); if (now - last > 900) window.shown = now; last = now; }, 50); }");
        try
        {
            Signal("STOP", renderers);
            await PublishAwayAsync();
        }
        finally
        {
            Signal("CONT", renderers);
        }

        await CheckReportAsync();
    }

    [Fact]
    public async Task Page_whose_server_has_started_anew_is_told_so()
    {
        await using ResumeServer next = await ResumeServer.StartAsync(_keys);
        _proxy.Target = next.Url;
        await _server.DisposeAsync();
        await _page.WaitForFunctionAsync("() => told.includes('reconnecting')").WaitAsync(Limit);
        await _page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await _page.WaitForFunctionAsync("() => told.includes('close')").WaitAsync(Limit);
        Assert.Equal(["reconnecting", "lost node-lost", "close"], await _page.EvaluateAsync<string[]>("told"));
    }

    private async Task ToldAsync(string what, int times) =>
        await _page.WaitForFunctionAsync("([what, times]) => told.filter(one => one == what).length >= times", new object[] { what, times }).WaitAsync(Limit);

    private async Task PublishAwayAsync()
    {
        for (int i = 1; i <= 100; i++)
        {
            await _server.Room.PublishAsync(i == 100 ? "last" : $"{i}");
            await Task.Delay(Away / 100, TestContext.Current.CancellationToken);
        }
    }

    private async Task CheckReportAsync(params string[] told)
    {
        for (DateTime end = DateTime.UtcNow + Limit; _server.Received("report").Length == 0;)
        {
            Assert.True(DateTime.UtcNow < end, "It took too long.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        JsonElement report = JsonDocument.Parse(_server.Received("report")[0]["report:".Length..]).RootElement;
        Assert.Equal(
            ["here:", .. Enumerable.Range(1, 99).Select(i => $"room {i}"), "room last"],
            report.GetProperty("messages").EnumerateArray().Select(message => $"{message[0]} {message[1]}".TrimStart()));
        Assert.Equal(told, report.GetProperty("told").EnumerateArray().Select(what => what.GetString()!));
        TestContext.Current.TestOutputHelper!.WriteLine($"everything was there {report.GetProperty("ms").GetDouble():0} ms after the page was back");
        // Half a second where nothing else runs; nothing is timed by tests.
        Assert.InRange(report.GetProperty("ms").GetDouble(), 0, 20_000);
    }

    private static void Signal(string signal, int[] processes)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }
}
