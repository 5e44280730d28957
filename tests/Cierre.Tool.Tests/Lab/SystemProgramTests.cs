using Cierre.TestKit;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Cierre.Tool.Tests.Lab;

/// <summary>The programs of the lab that are written on System.Net.WebSockets, on the framework's own class: what the page says of that is measured here.</summary>
public sealed class SystemProgramTests
{
    public static TheoryData<string> Programs => [.. All.Situations.Where(situation => situation.Program is not null).Select(situation => situation.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_on_the_class_of_the_framework_has_the_end_that_the_page_says(string name)
    {
        Situation ours = All.Situations.Single(situation => situation.Name == name);
        ExpectedClose? client = ours.Program!.ClientOfFramework;
        Assert.Equal(ours.Client is null, client is null);
        Outcome outcome = await PlayedAsync(ours with
        {
            Client = client,
            Server = null,
            Map = route => route.Endpoints.Map(route.Path, route.Endpoints.CreateApplicationBuilder().UseWebSockets().Use(_ => route.Program!).Build()),
        });
        Assert.Empty(outcome.Differences);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_on_Cierre_ends_as_the_rules_say(string name) =>
        Assert.Empty((await PlayedAsync(All.Situations.Single(situation => situation.Name == name))).Differences);

    /// <summary>What the page says of a handler of MapWebSocket, whose close is Cierre's affair.</summary>
    [Fact]
    public async Task Handler_of_MapWebSocket_receives_nothing_behind_its_own_close()
    {
        Situation behind = All.Situations.Single(situation => situation.Name == "system-data-behind-close");
        var received = new TaskCompletionSource<WebSocketMessage?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Outcome outcome = await PlayedAsync(behind with
        {
            Program = null,
            Handler = async connection =>
            {
                Task closing = connection.CloseAsync(behind.Server!.Sent!.Code, behind.Server.Sent.Reason);
                received.SetResult(await connection.ReceiveAsync());
                await closing;
            },
            Play = async run =>
            {
                using RawPeer client = await AgainstRawPeer.OpenAsync(run.Url);
                await client.ReadCloseAsync();
                await client.SendTextAsync("one thing more");
                await client.SendCloseAsync(behind.Server!.Sent!.Code);
                await client.ReadToEndAsync();
                return null;
            },
        });
        Assert.Empty(outcome.Differences);
        Assert.Null(await received.Task);
    }

    [Fact]
    public void Page_of_the_lab_has_the_codes_that_are_measured_here()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(RepoRoot.Directory, "docs", "lab.md")).Where(line => line.StartsWith("| `system-", StringComparison.Ordinal))];
        Assert.Equal(
            All.Situations.Where(situation => situation.Program is not null)
                .Select(situation => $"`{situation.Name}`: {Code(situation.Client)}, {Code(situation.Program!.ClientOfFramework)}"),
            rows.Select(row => row.Split('|')).Select(cells => $"{cells[1].Trim()}: {cells[3].Trim()}, {cells[4].Trim()}"));

        static string Code(ExpectedClose? client) => client is null ? "raw peer" : $"{client.Code}";
    }

    private static async Task<Outcome> PlayedAsync(Situation situation)
    {
        List<Outcome> outcomes = [];
        await foreach (Outcome outcome in SituationRunner.OfAsync([situation])) outcomes.Add(outcome);
        return Assert.Single(outcomes);
    }
}
