using System.Threading.Channels;
using Cierre.AspNetCore.Tests;
using Cierre.Samples.SignalR;
using Cierre.TestKit;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.Frameworks.Tests.SignalR;

/// <summary>A hub and SignalR's .NET client: whatever carries the server or the client, the outcomes are the same.</summary>
public sealed class DotNetClientTests
{
    public static TheoryData<Stack, Stack, HubProtocol> All => new()
    {
        { Stack.Framework, Stack.Framework, HubProtocol.Json },
        { Stack.Framework, Stack.Framework, HubProtocol.MessagePack },
        { Stack.Cierre, Stack.Framework, HubProtocol.Json },
        { Stack.Cierre, Stack.Framework, HubProtocol.MessagePack },
        { Stack.Framework, Stack.Cierre, HubProtocol.Json },
        { Stack.Cierre, Stack.Cierre, HubProtocol.MessagePack },
    };

    [Theory]
    [MemberData(nameof(All))]
    public async Task Calls_streams_groups_and_a_mebibyte_pass(Stack server, Stack client, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using ChatClient one = await ChatClient.StartAsync(sample.Url, protocol, client);
        await using ChatClient other = await ChatClient.StartAsync(sample.Url, protocol, client);
        Assert.Equal("ñandú", await one.Hub.InvokeAsync<string>("Echo", "ñandú").Soon());
        string carrier = await one.Hub.InvokeAsync<string>("Carrier").Soon();
        Assert.StartsWith(server == Stack.Cierre ? "Cierre " : "the framework's", carrier, StringComparison.Ordinal);

        List<int> counted = [];
        await foreach (int number in one.Hub.StreamAsync<int>("Count", 300)) counted.Add(number);
        Assert.Equal(Enumerable.Range(1, 300), counted);
        var numbers = Channel.CreateUnbounded<int>();
        Task<int> sum = one.Hub.InvokeAsync<int>("Sum", numbers.Reader);
        for (int i = 1; i <= 300; i++) numbers.Writer.TryWrite(i);
        numbers.Writer.Complete();
        Assert.Equal(45150, await sum.Soon());

        byte[] mebibyte = new byte[1024 * 1024];
        new Random(7).NextBytes(mebibyte);
        Assert.Equal(mebibyte, await one.Hub.InvokeAsync<byte[]>("EchoBytes", mebibyte).Soon());

        await one.Hub.InvokeAsync("Enter", "blue").Soon();
        Assert.Equal("entered blue", await one.NextAsync());
        await other.Hub.InvokeAsync("Say", "blue", "hello").Soon();
        Assert.Equal("said hello", await one.NextAsync());
        Assert.True(other.IsQuiet);

        var refused = await Assert.ThrowsAsync<HubException>(() => one.Hub.InvokeAsync<string>("Secret").Soon());
        Assert.Contains("Not for you.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_brings_a_client_back_and_a_stop_of_the_client_is_an_end(Stack server, Stack client, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using ChatClient chat = await ChatClient.StartAsync(sample.Url, protocol, client);
        string? before = chat.Hub.ConnectionId;
        await sample.DrainAsync();
        Assert.Equal("reconnecting: Websocket closed with error: 1012.", await chat.NextAsync());
        Assert.Equal("reconnected", await chat.NextAsync());
        Assert.NotEqual(before, chat.Hub.ConnectionId);
        Assert.Equal("again", await chat.Hub.InvokeAsync<string>("Echo", "again").Soon());
        await chat.Hub.StopAsync().Soon();
        Assert.Equal("closed: no error", await chat.NextAsync());
        await Departures(sample, 2);
        Assert.All(sample.Services.GetRequiredService<Rooms>().Departures, Assert.Null);
        if (server == Stack.Cierre)
        {
            // SignalR's client answers every close with 1000.
            await sample.LoggedAsync("closed: 1000 Normal Closure, clean True, ended by local, host-stopping: the service restarts");
            // Client and hub say farewell at the same time: either may be first.
            Assert.Matches("ended by remote, peer-closed|ended by local, requested", await sample.LoggedAsync("closed: 1", number: 2));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Cut_brings_a_client_back_and_the_log_says_reset(Stack server, Stack client, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using var proxy = new CuttingProxy(sample.Url);
        await using ChatClient chat = await ChatClient.StartAsync(proxy.Url, protocol, client);
        string? before = chat.Hub.ConnectionId;
        proxy.CutNow();
        Assert.StartsWith("reconnecting: ", await chat.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("reconnected", await chat.NextAsync());
        Assert.NotEqual(before, chat.Hub.ConnectionId);
        Assert.Equal("again", await chat.Hub.InvokeAsync<string>("Echo", "again").Soon());
        await Departures(sample, 1);
        if (server == Stack.Cierre)
        {
            Assert.Contains("reset", await sample.LoggedAsync("closed: 1006"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Stateful_reconnect_survives_a_cut_without_a_word_to_the_program(Stack server, Stack client, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using var proxy = new CuttingProxy(sample.Url);
        await using ChatClient chat = await ChatClient.StartAsync(proxy.Url, protocol, client, isStateful: true);
        string? before = chat.Hub.ConnectionId;
        for (int round = 1; round <= 3; round++)
        {
            int number = round;
            Task<int>[] calls = [.. Enumerable.Range(0, 49).Select(i => chat.Hub.InvokeAsync<int>("Do", "stateful", (number * 100) + i))];
            proxy.CutNow();
            // Behind the cut: once it is answered the client is back, which it tries once only.
            calls = [.. calls, chat.Hub.InvokeAsync<int>("Do", "stateful", (number * 100) + 49)];
            Assert.Equal(Enumerable.Range(number * 100, 50), await Task.WhenAll(calls).Soon());
        }

        Assert.Equal(before, chat.Hub.ConnectionId);
        Assert.True(chat.IsQuiet, "The program was told.");
        var rooms = sample.Services.GetRequiredService<Rooms>();
        Assert.Equal(150, rooms.Done.Count);
        Assert.All(rooms.Done.Values, times => Assert.Equal(1, times));
        Assert.Empty(rooms.Departures);
        if (server == Stack.Cierre) await sample.LoggedAsync("closed: 1006");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_ends_the_state_and_the_client_comes_back_without(Stack server, Stack client, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using ChatClient chat = await ChatClient.StartAsync(sample.Url, protocol, client, isStateful: true);
        string? before = chat.Hub.ConnectionId;
        await sample.DrainAsync();
        Assert.StartsWith("reconnecting: ", await chat.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("reconnected", await chat.NextAsync());
        Assert.NotEqual(before, chat.Hub.ConnectionId);
        Assert.Equal("again", await chat.Hub.InvokeAsync<string>("Echo", "again").Soon());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hub_that_ends_its_caller_is_an_end(Stack server, Stack client, HubProtocol protocol)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, server);
        await using ChatClient chat = await ChatClient.StartAsync(sample.Url, protocol, client);
        await chat.Hub.SendAsync("Leave").Soon();
        Assert.Equal("closed: no error", await chat.NextAsync());
        if (server == Stack.Cierre) await sample.LoggedAsync("/chat closed: 1");
    }

    private static Task Departures(RunningSample sample, int number) =>
        Waits.Until(() => sample.Services.GetRequiredService<Rooms>().Departures.Count == number, $"{number} hubs that are told");
}
