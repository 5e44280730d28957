using System.Text.Json;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The page after every situation was played in a real browser. The tests leave it as they found it.</summary>
[Collection(nameof(InBrowser))]
public sealed class LabPageTests(ChromiumPage page)
{
    private const string ThisBrowser = "This browser";

    private ChromiumDriver Driver => page.Chromium;

    [Fact]
    public void Every_situation_ends_as_the_rules_say_for_the_browser_too()
    {
        _ = Driver;
        Assert.Equal(All.Situations.Select(situation => situation.Name).Order(), page.Results.Keys.Order());
        Assert.Empty(page.Results.Values.Where(result => !(bool)result["ok"]!).Select(result => result.ToJsonString()));
        foreach (Situation situation in All.Situations)
        {
            JsonNode result = page.Results[situation.Name];
            bool plays = situation.Client is not null && situation.InPage.CannotIn(BrowserKind.Chromium) is null;
            Assert.Equal((situation.Name, plays), (situation.Name, result["browser"] is not null));
            Assert.Equal((situation.Name, !plays), (situation.Name, result["cannot"] is not null));
            if (!plays) continue;
            ReceivedEvent received = result["browser"].Deserialize<ReceivedEvent>(JsonSerializerOptions.Web)!;
            Assert.Equal(JsonSerializer.Serialize(situation.InPage.EventFor(situation.Client!, BrowserKind.Chromium, received)), JsonSerializer.Serialize(received));
            double[] times = [.. result["browser"]!["events"]!.AsArray().Select(seen => (double)seen!["ms"]!)];
            Assert.Equal(times.Order(), times);
        }
    }

    [Fact]
    public async Task Columns_show_the_code_of_each_side_or_say_why_there_is_none()
    {
        foreach ((string name, JsonNode result) in page.Results)
        {
            foreach ((string side, string member) in (ValueTuple<string, string>[])[("this-browser", "browser"), ("cierre-client", "client"), ("server", "server")])
            {
                Dictionary<string, string> column = await page.ColumnAsync(name, side);
                if (result[member] is not { } told)
                {
                    Assert.True(column["absent"].Length > 20, $"{name}: {side}");
                    continue;
                }

                Assert.Equal((name, (told["code"] ?? "no event").ToString()), (name, column["code"]));
                Assert.Equal((name, told["reason"] is null ? "no event" : (string)told["reason"]! is { Length: > 0 } reason ? $"“{reason}”" : "none"), (name, column["reason"]));
            }
        }

        Assert.Equal(await TextAsync("en", "cannot-no-pings"), (await page.ColumnAsync("1011-no-pong-at-client", "this-browser"))["absent"]);
        Assert.Matches(@"^open \d+ ms → close \d+ ms$", (await page.ColumnAsync("1000-handler-returns", "this-browser"))["events"]);
        Assert.Matches(@"^error \d+ ms → close \d+ ms$", (await page.ColumnAsync("refused-403", "this-browser"))["events"]);
    }

    [Fact]
    public async Task What_is_not_the_same_in_all_columns_is_marked_and_explained()
    {
        await page.ColumnAsync("1009-message-too-big", "server");
        Assert.Equal("code,reason,wasClean,code,reason,wasClean,code,reason,wasClean", await Driver.EvaluateAsync("[...document.querySelectorAll('#detail .differs')].map(row => row.dataset.field).join()"));
        Assert.Contains(await TextAsync("en", "why-failed-is-1006"), await Driver.EvaluateAsync("document.querySelector('#detail .why').textContent"), StringComparison.Ordinal);
        await page.ColumnAsync("1000-handler-returns", "server");
        Assert.Equal("0", await Driver.EvaluateAsync("String(document.querySelectorAll('#detail .differs').length)"));
    }

    [Fact]
    public async Task Diagram_holds_the_close_frames_that_were_on_the_wire()
    {
        int frames = 0;
        foreach ((string name, JsonNode result) in page.Results)
        {
            await page.ColumnAsync(name, "server");
            foreach ((string diagram, string member, bool isClient) in (ValueTuple<string, string, bool>[])[("browser", "server", false), ("client", "client", true), ("raw", "server", false)])
            {
                string rows = await Driver.EvaluateAsync($"document.querySelector('#detail [data-diagram={diagram}] desc')?.textContent ?? ''");
                if (rows.Length == 0) continue;
                foreach ((string frame, string arrow) in (ValueTuple<string, string>[])[("sent", isClient ? "client → server" : "server → client"), ("received", isClient ? "server → client" : "client → server")])
                {
                    // What did not open gives nobody its trace.
                    if (result[member]![frame] is not { } close || ((string)result[member]!["cause"]! == "extension-missing" && isClient)) continue;
                    string code = (int)close["code"]! == 1005 ? "close frame" : $"close frame, {close["code"]}";
                    Assert.True(rows.Contains($"{arrow}: {code}", StringComparison.Ordinal), $"{name}, {diagram}, {frame}: {arrow}: {code} in {rows}");
                    frames++;
                }
            }
        }

        Assert.True(frames > 120, $"{frames}");
    }

    [Fact]
    public async Task Chart_counts_what_the_servers_saw()
    {
        await Driver.WaitAsync("document.querySelector('#bars [data-code=\"1012\"]')");
        Dictionary<int, int> counts = JsonNode.Parse(await Driver.EvaluateAsync("JSON.stringify(Object.fromEntries([...document.querySelectorAll('#bars [data-code]')].map(row => [row.dataset.code, Number(row.dataset.count)])))"))!
            .AsObject().ToDictionary(count => int.Parse(count.Key, System.Globalization.CultureInfo.InvariantCulture), count => (int)count.Value!);
        // Three clients each: a connection, Cierre's browser API and this browser.
        Assert.Equal((3, 3, 6, 6), (counts[1012], counts[1013], counts[1014], counts[3003]));
        foreach (IGrouping<int, JsonNode> code in page.Results.Values.Where(result => result["server"] is not null).GroupBy(result => (int)result["server"]!["code"]!)) Assert.True(counts[code.Key] >= code.Count(), $"{code.Key}");
        Assert.Contains("host-stopping 3", await Driver.EvaluateAsync("document.querySelector('#bars [data-code=\"1012\"] .bar').textContent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Language_can_be_switched_and_back()
    {
        Assert.Equal("frame from a server is masked", (await page.ColumnAsync("1002-masked-at-client", "cierre-client"))["detail"]);
        await Driver.ClickAsync("[data-language=es]");
        await Driver.WaitAsync("document.querySelector('#detail [data-side=cierre-client] [data-field=detail] dd').textContent !== 'frame from a server is masked'");
        Assert.Equal("es", await Driver.EvaluateAsync("document.documentElement.lang"));
        Assert.Equal(await TextAsync("es", "situations-title"), await Driver.EvaluateAsync("document.querySelector('#situations-title').textContent"));
        Assert.Equal(await TextAsync("es", "situation 1002-masked-at-client"), await Driver.EvaluateAsync("document.querySelector('#detail header p').textContent"));
        Assert.Equal(await TextAsync("es", "this-browser"), await Driver.EvaluateAsync("document.querySelector('#detail [data-side=this-browser] h4').textContent"));
        Assert.Equal("true", await Driver.EvaluateAsync("document.querySelector('[data-language=es]').getAttribute('aria-pressed')"));
        await Driver.ClickAsync("[data-language=en]");
        await Driver.WaitAsync($"document.querySelector('#detail [data-side=this-browser] h4').textContent === '{ThisBrowser}'");
        await Driver.WaitAsync("document.querySelector('#detail [data-side=cierre-client] [data-field=detail] dd').textContent === 'frame from a server is masked'");
    }

    [Fact]
    public async Task Situation_is_chosen_and_played_with_the_keyboard()
    {
        await Driver.EvaluateAsync("(document.querySelector('#list .run').focus(), '')");
        await Driver.PressAsync("ArrowDown");
        await Driver.PressAsync("Enter");
        await Driver.WaitAsync("document.querySelector('#detail h3').textContent === '1000-handler-returns' && document.querySelector('li[data-name=\"1000-handler-returns\"]').dataset.state === 'ok' && document.querySelector('#detail .verdict')");
        await Driver.PressAsync("Shift+Tab");
        await Driver.PressAsync("ArrowUp");
        await Driver.PressAsync("Space");
        await Driver.WaitAsync("document.querySelector('#detail h3').textContent === '1000-client-closes' && document.activeElement.id === 'detail'");
    }

    [Fact]
    public async Task List_can_be_filtered()
    {
        await Driver.FillAsync("#filter", "ping");
        Assert.Equal("1002-fragmented-ping-at-server 1002-fragmented-ping-at-client 1011-no-pong-at-server 1011-no-pong-at-client 1011-unheard-at-server 1011-unheard-at-client",
            await Driver.EvaluateAsync("[...document.querySelectorAll('#list li:not([hidden])')].map(row => row.dataset.name).join(' ')"));
        await Driver.FillAsync("#filter", "");
    }

    [Fact]
    public async Task Nothing_on_the_page_is_wider_than_a_phone_and_pictures_are_taken()
    {
        await page.ColumnAsync("1009-message-too-big", "server");
        string folder = Directory.CreateDirectory(Path.Combine(RepoRoot.Directory, "artifacts", "lab-page")).FullName;
        foreach ((string name, int width, int height) in (ValueTuple<string, int, int>[])[("phone", 390, 844), ("desktop", 1280, 900)])
        {
            foreach (bool dark in (bool[])[false, true])
            {
                await Driver.PictureAsync(width, height, dark);
                await Driver.EvaluateAsync("(scrollTo(0, 0), document.querySelector('#detail').scrollTo(0, 0), document.querySelector('#list').scrollTo(0, document.querySelector('#list [aria-current=true]').offsetTop - document.querySelector('#list').offsetTop - 150), '')");
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}-{(dark ? "dark" : "light")}.png"), await Driver.PictureAsync(width, height, dark));
                Assert.Equal((name, $"{width}"), (name, await Driver.EvaluateAsync("String(Math.max(document.documentElement.scrollWidth, innerWidth))")));
                await Driver.EvaluateAsync("(document.querySelector('#detail').scrollIntoView(), '')");
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}-{(dark ? "dark" : "light")}-detail.png"), await Driver.PictureAsync(width, height, dark));
                await Driver.EvaluateAsync("(document.querySelector('#detail .diagram').scrollIntoView(), '')");
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}-{(dark ? "dark" : "light")}-diagram.png"), await Driver.PictureAsync(width, height, dark));
            }
        }

        await Driver.PictureAsync(1280, 900, dark: false);
    }

    [Fact]
    public async Task Close_by_hand_is_checked_by_the_library_while_it_is_typed_and_done_by_all()
    {
        await VerdictAsync("1006", "", bad: true, "1006");
        await VerdictAsync("1001", "", bad: false, "May be sent");
        await Driver.ClickAsync("input[value=client]");
        await VerdictAsync("1001", "", bad: true, "InvalidAccessError");
        await VerdictAsync("3000", new string('x', 124), bad: true, "SyntaxError");
        await Driver.ClickAsync("input[value=server]");
        await VerdictAsync("4321", "ñandú", bad: false, "May be sent");
        await Driver.ClickAsync("#close-now");
        await Driver.WaitAsync("!document.querySelector('#live-result').hidden");
        foreach (string side in (string[])["this-browser", "cierre-client"])
        {
            Dictionary<string, string> column = await page.ColumnOfAsync("#live-result", side);
            Assert.Equal(("4321", "“ñandú”", "yes"), (column["code"], column["reason"], column["wasClean"]));
        }

        Assert.Equal("4321", (await page.ColumnOfAsync("#live-result", "server"))["code"]);
        string rows = await Driver.EvaluateAsync("document.querySelector('#live-result [data-diagram=browser] desc').textContent");
        Assert.Contains("client → server: text frame", rows, StringComparison.Ordinal);
        Assert.Contains("server → client: close frame, 4321", rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_server_can_be_connected_to_and_its_end_is_explained()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await ConnectAsync($"ws://127.0.0.1:{serve.Url.Port}/");
        Assert.Equal("1000", (await page.ColumnOfAsync("#anywhere-result", "cierre-client"))["code"]);
        Assert.Contains("hello", await Driver.EvaluateAsync("document.querySelector('#anywhere-result header').textContent"), StringComparison.Ordinal);
        Assert.Contains("client → server: close frame, 1000", await Driver.EvaluateAsync("document.querySelector('#anywhere-result desc').textContent"), StringComparison.Ordinal);
        await ConnectAsync($"ws://127.0.0.1:{serve.Url.Port}/close?code=4000&reason=%3Cimg%20src%3Dx%3E");
        Dictionary<string, string> column = await page.ColumnOfAsync("#anywhere-result", "cierre-client");
        Assert.Equal(("4000", "“<img src=x>”"), (column["code"], column["reason"]));
        Assert.Equal("0", await Driver.EvaluateAsync("String(document.querySelectorAll('#anywhere-result img').length)"));
        await ConnectAsync($"ws://127.0.0.1:{serve.Url.Port}/nowhere");
        Assert.Equal("http-status", (await page.ColumnOfAsync("#anywhere-result", "cierre-client"))["cause"]);
        await Driver.FillAsync("#address", "http://127.0.0.1/");
        await Driver.ClickAsync("#connect-now");
        await Driver.WaitAsync("document.querySelector('#connect-says').textContent.startsWith('This is no')");
    }

    [Fact]
    public async Task Connection_that_stays_open_is_closed_in_the_inspector()
    {
        await Driver.ClickAsync("#keep");
        await Driver.WaitAsync("document.querySelector('#kept').dataset.state === 'open'");
        IPage inspector = await Driver.FollowAsync("#inspector");
        await inspector.Locator("#connections-table tbody tr", new() { HasText = "/echo" }).Locator("input").CheckAsync();
        await inspector.Locator("#code").FillAsync("4001");
        await inspector.Locator("#reason").FillAsync("seen enough");
        await inspector.Locator("#close-button").ClickAsync();
        await Driver.WaitAsync("document.querySelector('#kept').dataset.state === 'ended'");
        await inspector.CloseAsync();
        Assert.Equal("It ended. This browser says: code 4001, reason “seen enough”, clean: yes.", await Driver.EvaluateAsync("document.querySelector('#kept').textContent"));
    }

    [Fact]
    public void Page_complains_of_nothing()
    {
        _ = Driver;
        Assert.Empty(Driver.Complaints);
    }

    private async Task VerdictAsync(string code, string reason, bool bad, string says)
    {
        await Driver.FillAsync("#code", code);
        await Driver.FillAsync("#reason", reason);
        string bytes = $"{System.Text.Encoding.UTF8.GetByteCount(reason)} of 123 bytes";
        await Driver.WaitAsync($"document.querySelector('#reason-bytes').textContent === '{bytes}' && document.querySelector('#verdict').textContent.includes('{says}') && document.querySelector('#verdict').classList.contains('{(bad ? "bad" : "good")}') && document.querySelector('#close-now').disabled === {(bad ? "true" : "false")}");
    }

    private async Task ConnectAsync(string address)
    {
        await Driver.FillAsync("#address", address);
        await Driver.ClickAsync("#connect-now");
        await Driver.WaitAsync($"!document.querySelector('#connect-now').disabled && document.querySelector('#anywhere-result h3')?.textContent === '{address}'");
    }

    private static async Task<string> TextAsync(string language, string key) =>
        (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepoRoot.Directory, "src", "Cierre.Tool", "Lab", "Page", "Site", $"texts.{language}.json")))![key]!;
}
