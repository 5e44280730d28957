using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Xunit;

namespace Cierre.Tool.Tests.Lab;

public sealed class SituationRunnerTests
{
    [Fact]
    public async Task Callback_that_throws_costs_its_own_outcome_and_no_other()
    {
        Situation[] situations = [.. All.Situations.Where(situation => situation.Name is "1000-client-closes" or "4000-client-closes")];
        List<Outcome> outcomes = [];
        await foreach (Outcome outcome in SituationRunner.OfAsync(situations, over: told => { if (told.Situation == situations[0]) throw new IOException("the screen is gone"); })) outcomes.Add(outcome);
        Assert.Equal(situations.Select(situation => situation.Name), outcomes.Select(outcome => outcome.Situation.Name));
        Assert.Equal(["could not be told: the screen is gone"], outcomes[0].Differences);
        Assert.Equal(1000, outcomes[0].Client!.Code);
        Assert.True(outcomes[1].Ok);
    }
}
