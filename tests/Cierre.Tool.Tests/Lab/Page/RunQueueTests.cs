using System.Threading.Channels;
using Cierre.Tool.Lab.Page;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

public sealed class RunQueueTests
{
    private static readonly Situation First = All.Situations[0];
    private static readonly Situation Second = All.Situations[1];

    private readonly Channel<Outcome> _told = Channel.CreateUnbounded<Outcome>();

    [Fact]
    public async Task Round_that_fails_leaves_none_of_its_situations_without_an_outcome_and_the_next_is_played()
    {
        int rounds = 0;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var rehearsal = new RunQueue(PerformAsync, Tell);
        rehearsal.Add([First.Name, Second.Name]);
        // While the first round lasts.
        rehearsal.Add([First.Name]);
        asked.SetResult();
        Outcome[] outcomes = [await NextAsync(), await NextAsync(), await NextAsync()];
        Assert.Equal([First.Name, Second.Name, First.Name], outcomes.Select(outcome => outcome.Situation.Name));
        Assert.True(outcomes[0].Ok);
        Assert.Equal(["could not be played: no port is free"], outcomes[1].Differences);
        Assert.True(outcomes[2].Ok);
        // And one that is asked for when all is quiet.
        rehearsal.Add([Second.Name]);
        Assert.Equal((Second.Name, true), ((await NextAsync()) is var last ? (last.Situation.Name, last.Ok) : default));

        async IAsyncEnumerable<Outcome> PerformAsync(IReadOnlyList<Situation> situations, Action<Outcome> over)
        {
            await asked.Task;
            bool fails = rounds++ == 0;
            foreach (Situation situation in situations)
            {
                if (fails && situation == Second) throw new IOException("no port is free");
                var outcome = new Outcome(situation, null, null, null, []);
                over(outcome);
                yield return outcome;
            }
        }
    }

    [Fact]
    public async Task Outcome_that_cannot_be_told_is_told_as_broken()
    {
        var rehearsal = new RunQueue(
            (situations, over) => SituationRunner.OfAsync(situations, over),
            outcome =>
            {
                if (outcome.Plain is not null) throw new InvalidOperationException("no picture of it");
                Tell(outcome);
            });
        rehearsal.Add(["1000-client-closes"]);
        Outcome told = await NextAsync();
        Assert.Equal(("1000-client-closes", "could not be told: no picture of it"), (told.Situation.Name, Assert.Single(told.Differences)));
    }

    private void Tell(Outcome outcome) => _told.Writer.TryWrite(outcome);

    private Task<Outcome> NextAsync() => _told.Reader.ReadAsync().AsTask().WaitAsync(ToolProcess.Bound);
}
