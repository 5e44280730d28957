using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using Cierre.AspNetCore.Tests;
using Cierre.Frameworks.Tests.SignalR;
using Cierre.Samples.Blazor;
using Cierre.Samples.GraphQL;
using Cierre.Samples.SignalR;
using Cierre.Samples.StreamJsonRpc;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using StreamJsonRpc;
using Websocket.Client;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>docs/drop-in.md says which client comes back after which code of the server's: tried, on either stack.</summary>
public sealed class ClientsAtEachCodeTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Back = "comes back";
    private const string End = "ends";

    public static TheoryData<string, Stack> All
    {
        get
        {
            var all = new TheoryData<string, Stack>();
            foreach (string client in Clients.Keys)
            {
                all.Add(client, Stack.Framework);
                all.Add(client, Stack.Cierre);
            }

            return all;
        }
    }

    private delegate WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure);

    /// <summary>Opens a client, and says for each of the closes what became of it.</summary>
    private delegate IAsyncEnumerable<string> Attempt(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes);

    private static Dictionary<string, (Build Server, Attempt Attempt)> Clients { get; } = new()
    {
        ["SignalR, .NET"] = (ChatServer.Build, SignalRAsync),
        ["SignalR, npm"] = (ChatServer.Build, SignalRScriptAsync),
        ["Blazor Server"] = (BlazorServer.Build, BlazorAsync),
        ["graphql-ws"] = (GraphQLServer.Build, GraphQLAsync),
        ["Websocket.Client"] = (EchoServer.Build, WebsocketClientAsync),
        ["StreamJsonRpc"] = (RpcServer.Build, StreamJsonRpcAsync),
    };

    [Fact]
    public void Table_has_each_client()
    {
        Assert.Equal(Clients.Keys.Order(StringComparer.Ordinal), Rows().Skip(1).Select(row => row[0]).Order(StringComparer.Ordinal));
        Assert.Equal(["1000", "1001", "1008", "1012", "1013", "4000"], Rows()[0].Skip(1));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Client_does_what_the_table_says(string client, Stack stack)
    {
        (Build server, Attempt attempt) = Clients[client];
        await using RunningSample sample = await RunningSample.StartAsync((args, configure) => server(args, configure), stack, "--environment", "Development");
        IEnumerable<Func<Task>> closes = Rows()[0].Skip(1)
            .Select(code => ushort.Parse(code, CultureInfo.InvariantCulture))
            .Select<ushort, Func<Task>>(code => () => sample.CloseAllAsync(code, "why"));
        List<string> found = [client];
        await foreach (string outcome in attempt(chromium, sample, closes)) found.Add(outcome);
        Assert.Equal(Rows().Single(row => row[0] == client), found);
    }

    private static async IAsyncEnumerable<string> SignalRAsync(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes)
    {
        await using ChatClient chat = await ChatClient.StartAsync(sample.Url);
        foreach (Func<Task> close in closes)
        {
            await close();
            if ((await chat.NextAsync()).StartsWith("closed: ", StringComparison.Ordinal))
            {
                yield return End;
                await chat.Hub.StartAsync().Soon();
                continue;
            }

            Assert.Equal("reconnected", await chat.NextAsync());
            yield return Back;
        }
    }

    private static async IAsyncEnumerable<string> SignalRScriptAsync(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes)
    {
        await using NodeScript chat = NodeScript.Start("chat-node.mjs");
        await chat.CallAsync("start", new Uri(sample.Url, "/chat").ToString(), "Json", false);
        foreach (Func<Task> close in closes)
        {
            await close();
            if ((await chat.CallAsync<string>("next")).StartsWith("closed: ", StringComparison.Ordinal))
            {
                yield return End;
                await chat.CallAsync("start", new Uri(sample.Url, "/chat").ToString(), "Json", false);
                continue;
            }

            Assert.Equal("reconnected", await chat.CallAsync<string>("next"));
            yield return Back;
        }
    }

    private static async IAsyncEnumerable<string> BlazorAsync(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes)
    {
        IPage page = await chromium.PageAsync();
        var frames = Channel.CreateUnbounded<IWebSocket>();
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, _) => frames.Writer.TryWrite(socket);
        await page.GotoAsync(sample.Url.ToString());
        await page.Locator("#more").ClickAsync();
        await Assertions.Expect(page.Locator("#count")).ToHaveTextAsync("1");
        IWebSocket current = await frames.Reader.ReadAsync().Soon();
        foreach (Func<Task> close in closes)
        {
            await close();
            // It never says that it has given up: there would be no other WebSocket.
            IWebSocket before = current;
            while (ReferenceEquals(current, before)) current = await frames.Reader.ReadAsync().Soon();
            yield return Back;
        }

        await page.CloseAsync();
    }

    private static async IAsyncEnumerable<string> GraphQLAsync(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes)
    {
        await using NodeScript client = NodeScript.Start("graphql.mjs");
        foreach (Func<Task> close in closes)
        {
            await client.CallAsync("start", sample.WebSocketUrl("/pieces").ToString(), "right", 100);
            await client.CallAsync("subscribe");
            await close();
            string[] told = await client.CallAsync<string[]>("told", 3);
            yield return told[2] == "connected" ? Back : End;
            await client.CallAsync("dispose");
        }
    }

    private static async IAsyncEnumerable<string> WebsocketClientAsync(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes)
    {
        using var client = new WebsocketClient(sample.WebSocketUrl("/"));
        client.LostReconnectTimeout = client.ErrorReconnectTimeout = TimeSpan.FromMilliseconds(50);
        var told = Channel.CreateUnbounded<string>();
        using IDisposable messages = client.MessageReceived.Subscribe(message => told.Writer.TryWrite(message.Text!));
        using IDisposable openings = client.ReconnectionHappened.Subscribe(opening => told.Writer.TryWrite(opening.Type.ToString()));
        await client.StartOrFail().Soon();
        Assert.Equal("Initial", await told.Reader.ReadAsync().Soon());
        foreach (Func<Task> close in closes)
        {
            client.Send("here");
            Assert.Equal("here", await told.Reader.ReadAsync().Soon());
            await close();
            // As with the page: there is no word for giving up.
            Assert.Equal("ByServer", await told.Reader.ReadAsync().Soon());
            yield return Back;
        }

        await client.Stop(WebSocketCloseStatus.NormalClosure, "").Soon();
    }

    private static async IAsyncEnumerable<string> StreamJsonRpcAsync(Chromium chromium, RunningSample sample, IEnumerable<Func<Task>> closes)
    {
        foreach (Func<Task> close in closes)
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(sample.WebSocketUrl("/rpc"), CancellationToken.None).Soon();
            using var rpc = new JsonRpc(new WebSocketMessageHandler(socket));
            var ended = new TaskCompletionSource();
            rpc.Disconnected += (_, _) => ended.TrySetResult();
            rpc.StartListening();
            Assert.Equal(3, await rpc.InvokeAsync<int>("Add", 1, 2).Soon());
            await close();
            await ended.Task.Soon();
            yield return End;
        }
    }

    private static string[][] Rows()
    {
        string page = File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "drop-in.md")).ReplaceLineEndings("\n");
        return [.. page.Split("## What clients do at each code")[1].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
    }
}
