using System.Diagnostics;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>Client and server, or one of them and a peer who breaks the rules, over a network that cuts, delays and loses: what must hold then, holds for every seed.</summary>
/// <remarks>CIERRE_SEEDS=1000000 runs more of them, CIERRE_SEED=12345 runs one and prints it step by step.</remarks>
public sealed class ConversationTests(ITestOutputHelper output)
{
    private const int Conversations = 100_000;

    [Fact]
    public void No_conversation_breaks_a_rule()
    {
        var watch = Stopwatch.StartNew();
        int played = Simulation.Run(Conversations, Conversation.PlayAsync);
        output.WriteLine($"{played} conversations in {watch.Elapsed.TotalSeconds:0.0} s, {played / watch.Elapsed.TotalSeconds:0} a second");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Same_seed_is_the_same_conversation(int first)
    {
        for (int seed = first; seed < 300; seed += 3) Assert.Equal(Trace(seed), Trace(seed));
        Assert.NotEqual(Trace(first), Trace(first + 3));
    }

    private static List<string> Trace(int seed)
    {
        var network = new SimulatedNetwork(seed) { KeepsTrace = true };
        network.Run(() => Conversation.PlayAsync(network));
        return [.. network.Trace];
    }
}
