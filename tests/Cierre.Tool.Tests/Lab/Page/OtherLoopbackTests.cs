using System.Text.Json.Nodes;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The page at a loopback address that is not that of the lab's servers: 127.0.0.2 is another host to the content security policy.</summary>
[Collection(nameof(InBrowser))]
public sealed class OtherLoopbackTests
{
    [Fact]
    public async Task Browser_plays_there_too()
    {
        Assert.SkipWhen(!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CIERRE_SKIP_CHROMIUM")), "CIERRE_SKIP_CHROMIUM is set: that browser is not here.");
        await using ServeProcess lab = await ServeProcess.StartCommandAtAsync("lab", "http://127.0.0.2:0");
        await using ChromiumDriver driver = await ChromiumDriver.StartAsync();
        await driver.GoAsync(lab.Url);
        await driver.WaitAsync("document.querySelectorAll('#list li').length > 0");
        // One in a frame of its own, too.
        foreach (string name in (string[])["1000-client-closes", "1001-client-disposes"])
        {
            await driver.EvaluateAsync($"(document.querySelector(\"li[data-name='{name}'] .run\").click(), '')");
            await driver.WaitAsync($"document.querySelector(\"li[data-name='{name}']\").dataset.state !== 'playing'");
        }

        JsonArray results = JsonNode.Parse(await driver.EvaluateAsync("document.querySelector('#results').textContent"))!.AsArray();
        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.True((bool)result!["ok"]! && result["browser"] is not null, result.ToJsonString()));
        await driver.ClickAsync("#keep");
        await driver.WaitAsync("document.querySelector('#kept').dataset.state === 'open'");
        await (await driver.FollowAsync("#inspector")).Locator("#connections-table tbody tr", new() { HasText = "/echo" }).Locator("input").CheckAsync();
        Assert.Empty(driver.Complaints);
    }

    [Fact]
    public async Task Close_by_hand_outlives_a_code_that_is_too_large_and_half_a_character()
    {
        Assert.SkipWhen(!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CIERRE_SKIP_CHROMIUM")), "CIERRE_SKIP_CHROMIUM is set: that browser is not here.");
        await using ServeProcess lab = await ServeProcess.StartCommandAsync("lab");
        await using ChromiumDriver driver = await ChromiumDriver.StartAsync();
        await driver.GoAsync(lab.Url);
        await driver.WaitAsync("document.querySelectorAll('#list li').length > 0");
        await driver.FillAsync("#code", "99999999999");
        await driver.WaitAsync("document.querySelector('#verdict').textContent.includes('16 bits')");
        await driver.FillAsync("#code", "4001");
        await driver.EvaluateAsync("(document.querySelector('#reason').value = '\\ud83d', document.querySelector('#reason').dispatchEvent(new Event('input', { bubbles: true })), '')");
        await driver.WaitAsync("document.querySelector('#reason-bytes').textContent.startsWith('3 ') && document.querySelector('#verdict').classList.contains('good')");
        Assert.Equal("true", await driver.EvaluateAsync("String(document.querySelector('#ended').hidden)"));
    }
}
