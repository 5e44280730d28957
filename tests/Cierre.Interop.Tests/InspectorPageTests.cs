using Cierre.TestKit;
using System.Text.RegularExpressions;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>The inspector's page as people use it, in Chromium, beside another page whose connection it looks at.</summary>
public sealed partial class InspectorPageTests : IAsyncLifetime
{
    private readonly List<string> _complaints = [];
    private readonly EphemeralDataProtectionProvider _keys = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Chromium.Skip)), $"{PeerKind.Chromium.Name} is not here: {PeerKind.Chromium.Skip} is set.");
        _server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Services.AddSingleton<IDataProtectionProvider>(_keys), map: app =>
        {
            app.MapWebSocket("/kept", TestServer.EchoAsync).WithResume();
            app.MapWebSocketInspector("/_ws", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true));
            app.MapGet("/page", context =>
            {
                context.Response.ContentType = "text/html";
                return context.Response.WriteAsync("<!doctype html><title>page</title>");
            });
        });
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumPeer.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task Connection_chosen_by_click_is_closed_and_the_other_page_s_CloseEvent_says_so()
    {
        IPage other = await OtherPageAsync(), spared = await OtherPageAsync();
        long id = _server.Connections.Min(connection => connection.Id);
        IPage inspector = await InspectorAsync("en");
        await inspector.Locator($"tr[data-id='{id}'] input").CheckAsync();
        await inspector.Locator("#code").FillAsync("4001");
        await inspector.Locator("#reason").FillAsync("enough, says the inspector");
        await inspector.Locator("#close-button").ClickAsync();
        Assert.Equal("4001 enough, says the inspector true", await other.EvaluateAsync<string>("ended").WaitAsync(TimeSpan.FromSeconds(15)));
        await inspector.Locator($"#closes-list li[data-id='{id}'] summary").ClickAsync();
        Assert.Contains("Reconnect: ", await inspector.Locator($"#closes-list li[data-id='{id}'] pre").InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(inspector.Locator("#connections-table tbody tr")).ToHaveCountAsync(1);
        Assert.Equal(1, await spared.EvaluateAsync<int>("socket.readyState"));
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Session_that_waits_for_its_client_is_shown_and_can_be_ended()
    {
        var options = new WebSocketReconnectOptions { Policy = (_, _) => ReconnectDecision.After(TimeSpan.FromMilliseconds(200)) };
        await using var proxy = new CuttingProxy(_server.Url);
        await using ResumableConnection client = await ResumableConnection.ConnectAsync(new Uri(proxy.Url, "/kept"), options).Soon();
        IPage inspector = await InspectorAsync("en");
        await Assertions.Expect(inspector.Locator("#sessions-table tbody tr")).ToContainTextAsync($"on connection {_server.Services.GetRequiredService<WebSocketServer>().Connections.Single(entry => entry.Endpoint == "/kept").Id}");
        // Nobody is there until its session was ended.
        proxy.Target = new Uri("ws://127.0.0.1:1/");
        proxy.CutNow();
        await Assertions.Expect(inspector.Locator("#sessions-table tbody tr")).ToContainTextAsync("away for");
        await Assertions.Expect(inspector.Locator("#session-count")).ToHaveTextAsync("Sessions: 1 \u00b7 without a connection: 1 \u00b7 found: 1");
        await inspector.Locator("#sessions-table tbody input").CheckAsync();
        await inspector.Locator("#code").FillAsync("4001");
        await inspector.Locator("#reason").FillAsync("signed out");
        await inspector.Locator("#close-button").ClickAsync();
        await Assertions.Expect(inspector.Locator("#close-answer")).ToHaveTextAsync("Closing: 1 \u00b7 gone already: 0");
        proxy.Target = _server.Url;
        CloseRecord record = await client.Closed.WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal((4001, "signed out", true), (record.Code, record.Reason, record.WasClean));
        await Assertions.Expect(inspector.Locator("#sessions")).ToBeHiddenAsync();
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Code_that_may_not_be_sent_is_refused_in_words_of_the_page_s_language()
    {
        await OtherPageAsync();
        IPage inspector = await InspectorAsync("es");
        await Assertions.Expect(inspector.Locator("#connections-heading")).ToHaveTextAsync("Conexiones abiertas");
        await inspector.Locator("#connections-table tbody input").CheckAsync();
        await inspector.Locator("#code").FillAsync("1005");
        await inspector.Locator("#close-button").ClickAsync();
        await Assertions.Expect(inspector.Locator("#close-answer")).ToContainTextAsync("1005 no debe enviarse");
        await inspector.Locator("#language").SelectOptionAsync("en");
        await Assertions.Expect(inspector.Locator("#connections-heading")).ToHaveTextAsync("Open connections");
        Assert.Equal("en", await inspector.EvaluateAsync<string>("document.documentElement.lang"));
    }

    [Fact]
    public async Task Frames_are_followed_by_keyboard_without_payloads_to_the_explained_end_and_markup_stays_text()
    {
        IPage other = await OtherPageAsync();
        IPage inspector = await InspectorAsync("en");
        await inspector.Locator("#connections-table tbody button").FocusAsync();
        await inspector.Keyboard.PressAsync("Enter");
        await Assertions.Expect(inspector.Locator("#payloads")).ToContainTextAsync("PayloadBytes");
        await other.EvaluateAsync("socket.send('a secret')");
        await Assertions.Expect(inspector.Locator("#frames-table tbody tr.in")).ToContainTextAsync("text frame, 8 bytes");
        await other.EvaluateAsync("socket.close(4002, '<img src=x onerror=alert(1)>')");
        await Assertions.Expect(inspector.Locator("#ended")).ToContainTextAsync("Reconnect: ");
        await Assertions.Expect(inspector.Locator("#closes-list li strong")).ToContainTextAsync("4002");
        await Assertions.Expect(inspector.Locator("#closes-list li summary")).ToContainTextAsync("<img src=x onerror=alert(1)>");
        Assert.Equal(0, await inspector.Locator("img").CountAsync());
        Assert.DoesNotContain("a secret", await inspector.ContentAsync(), StringComparison.Ordinal);
        await inspector.Locator("#unfollow").ClickAsync();
        await Assertions.Expect(inspector.Locator("#frames")).ToBeHiddenAsync();
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Where_another_process_answers_nothing_shown_of_the_one_before_can_be_closed_or_followed()
    {
        await OtherPageAsync();
        string process = "";
        IPage inspector = await InspectorAsync("en", page => page.RouteWebSocketAsync("**/_ws/live", route =>
        {
            IWebSocketRoute server = route.ConnectToServer();
            server.OnMessage(frame => route.Send(process.Length == 0 ? frame.Text! : Process().Replace(frame.Text!, $"\"process\":\"{process}\"")));
        }));
        await inspector.Locator("#connections-table tbody input").CheckAsync();
        await inspector.Locator("#connections-table tbody button").ClickAsync();
        await Assertions.Expect(inspector.Locator("#payloads")).ToContainTextAsync("PayloadBytes");
        await Assertions.Expect(inspector.Locator("#close-button")).ToBeEnabledAsync();
        process = "another";
        await Assertions.Expect(inspector.Locator("#close-answer")).ToContainTextAsync("Another process");
        await Assertions.Expect(inspector.Locator("#close-button")).ToBeDisabledAsync();
        await Assertions.Expect(inspector.Locator("#frames")).ToBeHiddenAsync();
        // What is shown now is of the other process, and this one refuses its numbers.
        await inspector.Locator("#connections-table tbody button").ClickAsync();
        await Assertions.Expect(inspector.Locator("#ended")).ToContainTextAsync("is not open any more");
        await inspector.Locator("#connections-table tbody input").CheckAsync();
        await inspector.Locator("#close-button").ClickAsync();
        await Assertions.Expect(inspector.Locator("#close-answer")).ToContainTextAsync("another process");
        Assert.All(_complaints, complaint => Assert.Contains("409", complaint, StringComparison.Ordinal));
        Assert.Single(_server.Connections.Where(connection => connection.IsOpen), connection => connection.Url!.AbsolutePath == "/");
    }

    [Fact]
    public async Task Tab_that_was_opened_behind_another_lets_go_too()
    {
        IPage inspector = await InspectorAsync("en", async page =>
        {
            await page.Clock.InstallAsync();
            await page.AddInitScriptAsync("Object.defineProperty(document, 'hidden', { get: () => true });");
        }, hasRows: false);
        await inspector.Clock.FastForwardAsync(61_000);
        await Assertions.Expect(inspector.Locator("#status[data-state='hidden']")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 360)]
    [InlineData(ColorScheme.Dark, 1280)]
    public async Task Page_fits_its_screen_and_follows_the_color_scheme(ColorScheme scheme, int width)
    {
        await OtherPageAsync();
        IPage inspector = await InspectorAsync("es");
        await inspector.EmulateMediaAsync(new() { ColorScheme = scheme });
        await inspector.SetViewportSizeAsync(width, 800);
        await inspector.Locator("#connections-table tbody button").ClickAsync();
        await Assertions.Expect(inspector.Locator("#frames")).ToBeVisibleAsync();
        Assert.True(await inspector.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "The page is wider than its screen.");
        int[] rgb = [.. (await inspector.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).Split('(', ',', ')').Skip(1).Take(3).Select(int.Parse)];
        Assert.Equal(scheme == ColorScheme.Dark, rgb.Sum() < 3 * 128);
        // Every control has a name for those who do not see it.
        Assert.Equal(0, await inspector.EvaluateAsync<int>(
            "[...document.querySelectorAll('button, input, select')].filter(c => !(c.ariaLabel || c.textContent.trim() || [...c.labels ?? []].some(l => l.textContent.trim()))).length"));
        if (Environment.GetEnvironmentVariable("CIERRE_SCREENSHOTS") is { Length: > 0 } folder)
            await inspector.ScreenshotAsync(new() { Path = Path.Combine(folder, $"inspector-{scheme}-{width}.png"), FullPage = true });
        Assert.Empty(_complaints);
    }

    [GeneratedRegex("\"process\":\"[0-9a-f]+\"")]
    private static partial Regex Process();

    private async Task<IPage> InspectorAsync(string language, Func<IPage, Task>? prepare = null, bool hasRows = true)
    {
        IPage page = await _browser!.NewPatientPageAsync();
        if (prepare is not null) await prepare(page);
        page.Console += (_, message) =>
        {
            // What the page itself shows is no complaint: an answer of 400.
            if (message.Type == "error" && !message.Text.Contains("400", StringComparison.Ordinal)) _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(_server.HttpUrl($"/_ws?lang={language}").ToString());
        await Assertions.Expect(page.Locator("#status[data-state='live']")).ToBeVisibleAsync();
        if (hasRows) await Assertions.Expect(page.Locator("#connections-table tbody tr").First).ToBeVisibleAsync();
        return page;
    }

    /// <summary>A page of the application with an open connection.</summary>
    private async Task<IPage> OtherPageAsync()
    {
        IPage page = await _browser!.NewPatientPageAsync();
        await page.GotoAsync(_server.HttpUrl("/page").ToString());
        await page.EvaluateAsync(
            """
            () => new Promise((opened, failed) => {
              window.socket = new WebSocket(location.origin.replace("http", "ws") + "/");
              window.ended = new Promise(resolve => socket.onclose = event => resolve(`${event.code} ${event.reason} ${event.wasClean}`));
              socket.onopen = () => opened();
              socket.onerror = () => failed(new Error("no connection"));
            })
            """);
        return page;
    }
}
