using Cierre.AspNetCore.Tests;
using Cierre.Samples.SignalR;
using Cierre.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Cierre.Frameworks.Tests.SignalR;

/// <summary>The same hub and npm's @microsoft/signalr, in Node and in Chromium.</summary>
public sealed class ScriptClientTests(Chromium chromium) : IClassFixture<Chromium>
{
    public enum Host
    {
        Node,
        Chromium,
    }

    public static TheoryData<Stack, Host, HubProtocol> All => new MatrixTheoryData<Stack, Host, HubProtocol>(
        Enum.GetValues<Stack>(), Enum.GetValues<Host>(), Enum.GetValues<HubProtocol>()).Aggregate(new TheoryData<Stack, Host, HubProtocol>(), (all, row) =>
    {
        all.Add(row.Data.Item1, row.Data.Item2, row.Data.Item3);
        return all;
    });

    [Theory]
    [MemberData(nameof(All))]
    public async Task Calls_streams_groups_a_mebibyte_a_drain_and_a_stop(Stack server, Host host, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using Script chat = await StartAsync(host, sample.Url, protocol);
        Assert.Equal("ñandú", await chat.CallAsync<string>("invoke", "Echo", "ñandú"));
        Assert.StartsWith(server == Stack.Cierre ? "Cierre " : "the framework's", await chat.CallAsync<string>("invoke", "Carrier"), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 300), await chat.CallAsync<int[]>("count", 300));
        Assert.Equal(45150, await chat.CallAsync<int>("sum", 300));
        Assert.True(await chat.CallAsync<bool>("mebibyte"));
        await chat.CallAsync("invoke", "Enter", "blue");
        Assert.Equal("entered blue", await chat.CallAsync<string>("next"));
        await chat.CallAsync("invoke", "Say", "blue", "hello");
        Assert.Equal("said hello", await chat.CallAsync<string>("next"));

        string before = await chat.CallAsync<string>("connectionId");
        await sample.DrainAsync();
        Assert.StartsWith("reconnecting: WebSocket closed with status code: 1012", await chat.CallAsync<string>("next"), StringComparison.Ordinal);
        Assert.Equal("reconnected", await chat.CallAsync<string>("next"));
        Assert.NotEqual(before, await chat.CallAsync<string>("connectionId"));
        Assert.Equal("again", await chat.CallAsync<string>("invoke", "Echo", "again"));
        await chat.CallAsync("stop");
        Assert.Equal("closed: no error", await chat.CallAsync<string>("next"));
        if (server == Stack.Cierre)
        {
            await sample.LoggedAsync("ended by local, host-stopping: the service restarts");
            Assert.Matches("ended by remote, peer-closed|ended by local, requested", await sample.LoggedAsync("closed: 1", number: 2));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Cut_is_survived_with_state_and_without(Stack server, Host host, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using var proxy = new CuttingProxy(sample.Url);
        await using Script plain = await StartAsync(host, proxy.Url, protocol);
        await using Script stateful = await StartAsync(host, proxy.Url, protocol, isStateful: true);
        string before = await stateful.CallAsync<string>("connectionId");
        Task<int[]> calls = stateful.CallAsync<int[]>("work", "stateful", 1, 50);
        proxy.CutNow();
        Assert.Equal(Enumerable.Range(1, 50), await calls);
        Assert.StartsWith("reconnecting: ", await plain.CallAsync<string>("next"), StringComparison.Ordinal);
        Assert.Equal("reconnected", await plain.CallAsync<string>("next"));
        Assert.Equal(Enumerable.Range(51, 9), await stateful.CallAsync<int[]>("work", "stateful", 51, 9));
        Assert.Equal(before, await stateful.CallAsync<string>("connectionId"));
        Assert.True(await stateful.CallAsync<bool>("isQuiet"), "The program was told.");
        var done = sample.Services.GetRequiredService<Rooms>().Done;
        Assert.Equal(59, done.Count);
        Assert.All(done.Values, times => Assert.Equal(1, times));
        if (server == Stack.Cierre) await sample.LoggedAsync("closed: 1006");
    }

    private async Task<Script> StartAsync(Host host, Uri server, HubProtocol protocol, bool isStateful = false)
    {
        Script script = host == Host.Node ? NodeScript.Start("chat-node.mjs") : await PageAsync(server);
        await script.CallAsync("start", new Uri(server, "/chat").ToString(), protocol.ToString(), isStateful);
        return script;
    }

    private async Task<Script> PageAsync(Uri url)
    {
        IPage page = await chromium.PageAsync();
        await page.GotoAsync(url.ToString());
        string packages = Path.Combine(NodeScript.Folder, "node_modules", "@microsoft");
        await page.AddScriptTagAsync(new() { Path = Path.Combine(packages, "signalr", "dist", "browser", "signalr.js") });
        await page.AddScriptTagAsync(new() { Path = Path.Combine(packages, "signalr-protocol-msgpack", "dist", "browser", "signalr-protocol-msgpack.js") });
        string chat = await File.ReadAllTextAsync(Path.Combine(NodeScript.Folder, "chat.mjs"));
        string here = chat.Replace("export class", "class", StringComparison.Ordinal);
        await page.AddScriptTagAsync(new() { Content = $"{here}\nglobalThis.client = new Chat(signalR, signalR.protocols.msgpack);" });
        return new PageScript(page);
    }
}
