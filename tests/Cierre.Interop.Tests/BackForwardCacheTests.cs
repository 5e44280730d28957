using System.Text.Json;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Tests;
using Cierre.Interop.Tests.Resuming;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>What docs/browser-differences.md says of a page with a WebSocket that goes into the back/forward cache of Chromium and comes out of it.</summary>
public sealed class BackForwardCacheTests
{
    [Fact]
    public async Task Page_that_was_in_the_cache_hears_of_an_end_that_it_never_saw()
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Chromium.Skip)), $"{PeerKind.Chromium.Name} is not here: {PeerKind.Chromium.Skip} is set.");
        var reported = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            foreach (string path in new[] { "/page", "/away" })
            {
                app.MapGet(path, context =>
                {
                    context.Response.ContentType = "text/html";
                    return context.Response.WriteAsync("<!doctype html><title>page</title>");
                });
            }

            // The driver of the browser loses sight of a page that goes into the cache: the page tells by itself.
            app.MapPost("/told", async context =>
            {
                using var body = new StreamReader(context.Request.Body);
                reported.TrySetResult(await body.ReadToEndAsync());
            });
        });
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(ResumePageTests.Options);
        IPage page = await browser.NewPatientPageAsync();
        await page.GotoAsync(server.HttpUrl("/page").ToString());
        await page.EvaluateAsync(
            """
            () => new Promise(opened => {
              window.told = [];
              const socket = new WebSocket(location.origin.replace("http", "ws"));
              const tell = what => told.push(`${what} ${socket.readyState}`);
              socket.onopen = opened;
              socket.onmessage = () => tell("message");
              socket.onerror = () => tell("error");
              socket.onclose = e => {
                tell(`close ${e.code} '${e.reason}' ${e.wasClean ? "clean" : "not clean"}`);
                fetch("/told", { method: "POST", body: JSON.stringify(told) });
              };
              addEventListener("pagehide", e => tell(`pagehide ${e.persisted}`));
              addEventListener("pageshow", e => tell(`pageshow ${e.persisted}`));
            })
            """).WaitAsync(TimeSpan.FromSeconds(60));
        await page.GotoAsync(server.HttpUrl("/away").ToString());
        // Where the browser has not said 1001 by now, it takes what is sent, and nobody gets it.
        foreach (WebSocketConnection connection in server.Connections) connection.TrySend(WebSocketMessageKind.Text, "while it is away"u8);
        _ = page.EvaluateAsync("() => history.back()").ContinueWith(_ => { }, TaskScheduler.Default);
        string[] told = JsonSerializer.Deserialize<string[]>(await reported.Task.WaitAsync(TimeSpan.FromSeconds(60)))!;
        Assert.Equal("pagehide true 1", told[0]);
        Assert.StartsWith("pageshow true", told[1], StringComparison.Ordinal);
        Assert.Equal(["error 3", "close 1006 '' not clean 3"], told[2..]);
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1001, "", true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
    }
}
