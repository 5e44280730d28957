using System.Globalization;
using System.Text;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Topics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class TopicFeedTests : TopicSessionTests
{
    /// <summary>Several publish, and a client comes and goes and names the last that it has.</summary>
    [Fact]
    public async Task Nothing_is_lost_doubled_or_out_of_order_while_many_publish_and_the_client_comes_and_goes()
    {
        const int Each = 1500, Publishers = 3;
        using var logs = new MemoryTopicLogs(new TopicRetention(new TopicLogLimits(int.MaxValue, 1 << 24), 1 << 26, TimeSpan.FromMinutes(10)), new FakeTimeProvider());
        var node = new TopicNode(logs, null);
        await Session.JoinedOn(node).JoinAsync("room");
        var plain = new Played();
        await plain.Connection.Core.JoinedOn(node).JoinAsync("room");
        string at = PlaceOf(Said()[0]);
        Task published = Task.WhenAll(Enumerable.Range(0, Publishers).Select(p => Task.Run(async () =>
        {
            for (int i = 1; i <= Each; i++) await logs.AppendAsync("room", WebSocketOpcode.Text, Encoding.ASCII.GetBytes($"{p}:{i}"));
        })));
        List<string> got = [];
        for (int losses = 0; losses < 40 || !published.IsCompleted; losses++)
        {
            if (losses % 3 == 0) Thread.Yield();
            await LoseKeepingAsync();
            Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }"""));
        }

        await Played.Within(published);
        await Played.Until(() => plain.Sent.Count == Each * Publishers);
        await Played.Until(() => got.Count + Topics(Said(keep: true)).Length >= Each * Publishers);
        Take(Said());
        Assert.Equal(Enumerable.Range(1, Each * Publishers), got.Select(text => int.Parse(text.Split(' ')[0].Split('.')[1], CultureInfo.InvariantCulture)));
        Assert.Equal(plain.Sent.Select(frame => Encoding.ASCII.GetString(frame.Payload)), got.Select(text => text.Split(' ')[1]));
        for (int p = 0; p < Publishers; p++)
            Assert.Equal(Enumerable.Range(1, Each).Select(i => $"{p}:{i}"), got.Select(text => text.Split(' ')[1]).Where(text => text.StartsWith($"{p}:", StringComparison.Ordinal)));

        async Task LoseKeepingAsync()
        {
            Line.Wire.End();
            await Line.Ended;
            await AwayAsync();
            Take(Said());
        }

        // What the client has got by the loss; the rest of it is named and comes again.
        void Take(string[] said)
        {
            string[] came = [.. said.Where(text => text[0] == '#')];
            foreach (string text in came) at = $"{at.Split('.')[0]}.{text[1..].Split(' ')[0].Split('.', 2)[1]}";
            got.AddRange(Topics(came));
        }
    }
}
