using Xunit;

namespace Cierre.Frameworks.Tests.SignalR;

/// <summary>A small share of what bench/signalr plays.</summary>
public sealed class StormTests
{
    [Theory]
    [InlineData(Stack.Framework)]
    [InlineData(Stack.Cierre)]
    public async Task Every_client_comes_back_and_nothing_is_lost_that_was_said_to_have_completed(Stack stack)
    {
        StormOutcome outcome = await new Storm(stack, Clients: 20, Ends: 6).RunAsync();
        Assert.Equal((20, 0, 0), (outcome.Back, outcome.Lost, outcome.Twice));
        Assert.True(outcome.Completed >= 20 * 6, $"{outcome}");
    }
}
