using Cierre.Samples.GraphQL;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>npm's graphql-ws against servers that use their WebSocket as HotChocolate and graphql-dotnet do.</summary>
public sealed class GraphQLTests
{
    public static TheoryData<Stack, string> All => new()
    {
        { Stack.Framework, "/segments" },
        { Stack.Framework, "/pieces" },
        { Stack.Cierre, "/segments" },
        { Stack.Cierre, "/pieces" },
    };

    [Theory]
    [MemberData(nameof(All))]
    public async Task Queries_and_subscriptions_run_and_a_drain_brings_the_client_back(Stack stack, string path)
    {
        await using RunningSample sample = await RunningSample.StartAsync(GraphQLServer.Build, stack);
        await using NodeScript client = NodeScript.Start("graphql.mjs");
        await client.CallAsync("start", sample.WebSocketUrl(path).ToString(), "right", 100);
        foreach (int length in new[] { 0, 1000, 100_000 })
        {
            string hello = (await client.CallAsync("query", length))[0].GetProperty("hello").GetString()!;
            Assert.StartsWith("hello ", hello, StringComparison.Ordinal);
            Assert.True(hello.Length > length);
        }

        Assert.Equal(Enumerable.Range(1, 100), (await client.CallAsync("subscribe")).EnumerateArray().Select(value => value.GetProperty("count").GetInt32()));
        await sample.DrainAsync();
        Assert.StartsWith("1012", await client.CallAsync<string>("ending"), StringComparison.Ordinal);
        Assert.Equal(["connected", "connected"], await client.CallAsync<string[]>("told", 2));
        Assert.Equal(100, (await client.CallAsync("subscribe")).GetArrayLength());
        await client.CallAsync("dispose");
        // Behind /segments the server answers with no code: the framework writes 1005 onto the wire, which the client must take for a violation.
        string answered = path == "/pieces" ? "1000 Normal Closure" : stack == Stack.Cierre ? "1005" : "1006";
        Assert.Equal(answered, await client.CallAsync<string>("ending"));
        if (stack == Stack.Cierre)
        {
            await sample.LoggedAsync("ended by local, host-stopping: the service restarts");
            Assert.Contains("clean True", await sample.LoggedAsync("ended by remote, peer-closed"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Code_of_the_protocol_reaches_the_client(Stack stack, string path)
    {
        await using RunningSample sample = await RunningSample.StartAsync(GraphQLServer.Build, stack);
        await using NodeScript client = NodeScript.Start("graphql.mjs");
        await client.CallAsync("start", sample.WebSocketUrl(path).ToString(), "wrong", 0);
        Assert.Equal("4403 Forbidden", await client.CallAsync<string>("ending"));
        if (stack == Stack.Cierre) await sample.LoggedAsync("closed: 4403");
    }
}
