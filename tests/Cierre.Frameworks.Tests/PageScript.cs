using System.Text.Json;
using Microsoft.Playwright;

namespace Cierre.Frameworks.Tests;

/// <summary>A script as the global <c>client</c> of a page in Chromium.</summary>
internal sealed class PageScript(IPage page) : Script
{
    public override async Task<JsonElement> CallAsync(string name, params object?[] arguments)
    {
        string answer = await page.EvaluateAsync<string>("async ([name, args]) => JSON.stringify(await client[name](...JSON.parse(args)) ?? null)",
            new[] { name, JsonSerializer.Serialize(arguments) }).WaitAsync(Limit);
        return JsonDocument.Parse(answer).RootElement;
    }

    public override async ValueTask DisposeAsync() => await page.CloseAsync();
}
