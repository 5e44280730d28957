using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Cierre.Samples.Blazor;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>A Blazor Server page in Chromium: it works, takes a file, and comes back after a drain, on either stack and with the same
/// words in its console.</summary>
public sealed class BlazorTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Page_counts_takes_a_file_and_comes_back_after_a_drain_as_on_the_framework_s_own()
    {
        string[] control = await UseAsync(Stack.Framework);
        string[] ours = await UseAsync(Stack.Cierre);
        Assert.Empty(ours.Except(control));
    }

    /// <summary>What the page's console said was wrong, without what differs from run to run.</summary>
    private async Task<string[]> UseAsync(Stack stack)
    {
        await using RunningSample sample = await RunningSample.StartAsync(BlazorServer.Build, stack, "--environment", "Development");
        IPage page = await chromium.PageAsync();
        var complaints = new ConcurrentQueue<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Enqueue(Stable(message.Text, sample));
        };
        page.PageError += (_, error) => complaints.Enqueue(Stable(error, sample));
        await page.GotoAsync(sample.Url.ToString());
        await CountAsync(page, 1);
        await CountAsync(page, 2);

        byte[] file = new byte[2 * 1024 * 1024];
        new Random(11).NextBytes(file);
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "two.bin", MimeType = "application/octet-stream", Buffer = file });
        string taken = $"{file.Length} {Convert.ToHexString(SHA256.HashData(file))}";
        await Assertions.Expect(page.Locator("#taken")).ToHaveTextAsync(taken);

        await sample.DrainAsync();
        // The circuit is the same: it has kept the count.
        await CountOnAsync(page, 2);
        await page.CloseAsync();
        if (stack == Stack.Cierre)
        {
            await sample.LoggedAsync("ended by local, host-stopping: the service restarts");
            await sample.LoggedAsync("_blazor closed: 1", number: 2);
        }

        return [.. complaints.Distinct()];
    }

    private static async Task CountAsync(IPage page, int count)
    {
        await page.Locator("#more").ClickAsync();
        await Assertions.Expect(page.Locator("#count")).ToHaveTextAsync(count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Clicks until a click counts: while the page is coming back, none does.</summary>
    private static async Task CountOnAsync(IPage page, int from)
    {
        string before = from.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < 30; i++)
        {
            await page.Locator("#more").ClickAsync();
            try
            {
                await Assertions.Expect(page.Locator("#count")).Not.ToHaveTextAsync(before, new() { Timeout = 1000 });
                break;
            }
            catch (PlaywrightException)
            {
                // Not yet.
            }
        }

        int count = int.Parse(await page.Locator("#count").InnerTextAsync(), CultureInfo.InvariantCulture);
        Assert.True(count > from, "The page has not come back, or has forgotten.");
    }

    private static string Stable(string text, RunningSample sample)
    {
        text = text.Replace(sample.Url.Authority, "server", StringComparison.Ordinal);
        return Regex.Replace(text, @"^\[[^\]]+\] |(?<=id=)[\w-]+", "");
    }
}
