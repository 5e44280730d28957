using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Interop.Tests.Resuming;

/// <summary>js/cierre-resume in Node: its own tests, and over npm's `ws` and `undici` against a server, through a proxy that cuts.</summary>
public sealed class ResumeModuleTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(RepoRoot.Directory, "js", "cierre-resume", "test"), "*.test.js").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Tests_of_the_module_pass(string file)
    {
        SkipWithoutNode();
        var start = new ProcessStartInfo("node", ["--test", "--test-reporter=spec", Path.Combine("test", file)])
        {
            WorkingDirectory = Path.Combine(RepoRoot.Directory, "js", "cierre-resume"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process node = Process.Start(start)!;
        Task<string> said = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> complained = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await node.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        }
        finally
        {
            if (!node.HasExited) node.Kill(entireProcessTree: true);
        }

        output.WriteLine(await said);
        Assert.True(node.ExitCode == 0, $"{file}: {await said}{await complained}");
    }

    /// <summary>One conversation, cut once: behind its bytes, in each way. A share of them runs here; CIERRE_CUTS=1 takes all.</summary>
    [Theory]
    [InlineData("ws", CutKind.Reset, 29)]
    [InlineData("ws", CutKind.End, 29)]
    [InlineData("ws", CutKind.Silence, 101)]
    [InlineData("undici", CutKind.Reset, 59)]
    [InlineData("undici", CutKind.End, 59)]
    [InlineData("undici", CutKind.Silence, 203)]
    public async Task Nothing_is_lost_doubled_or_out_of_order_whatever_byte_is_the_last_that_passes(string over, CutKind cut, int step)
    {
        SkipWithoutNode();
        await using ResumeServer server = await ResumeServer.StartAsync();
        await using ScriptPeer node = ScriptPeer.Start("node", "resume.mjs");
        await node.ReadyAsync();
        long length;
        await using (var proxy = new CuttingProxy(server.Url))
        {
            await ConverseAsync(proxy, "whole");
            length = proxy.Passed;
        }

        if (Environment.GetEnvironmentVariable("CIERRE_CUTS") is { } all) step = int.Parse(all, CultureInfo.InvariantCulture);
        int first = Random.Shared.Next(step) + 1, resumed = 0;
        long[] cuts = [.. Enumerable.Range(0, (int)(length - first) / step + 1).Select(i => (long)first + i * step)];
        await Parallel.ForEachAsync(cuts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (at, _) =>
        {
            await using var proxy = new CuttingProxy(server.Url);
            proxy.CutBehind(at, cut);
            try
            {
                if (await ConverseAsync(proxy, $"{at}")) Interlocked.Increment(ref resumed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"cut behind byte {at} of {length} ({cut}): {e.Message}", e);
            }
        });
        output.WriteLine($"{cuts.Length} cuts of {length} bytes, {resumed} resumed");
        Assert.NotEqual(0, resumed);

        async Task<bool> ConverseAsync(CuttingProxy proxy, string name)
        {
            JsonElement told = await node.AskAsync("converse", new() { ["over"] = over, ["url"] = new Uri(proxy.Url, "/r").ToString(), ["name"] = name });
            string[] numbers = [.. Enumerable.Range(1, 30).Select(i => $"{name}:{i}")];
            Assert.Equal(numbers.Select((number, i) => i % 2 == 0 ? number : "bytes " + number), Strings(told, "messages"));
            Assert.Equal(numbers, server.Received(name));
            // The cut may be in the closing handshake.
            Assert.Contains(told.GetProperty("code").GetInt32(), new[] { 4000, 1006 });
            Assert.DoesNotContain("lost", Strings(told, "told"));
            return Strings(told, "told").Contains("resumed");
        }
    }

    private static string[] Strings(JsonElement told, string name) => [.. told.GetProperty(name).EnumerateArray().Select(value => value.GetString()!)];

    private static void SkipWithoutNode() => Assert.SkipUnless(
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Ws.Skip)), $"Node is not here: {PeerKind.Ws.Skip} is set.");
}
