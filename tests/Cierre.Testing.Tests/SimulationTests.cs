namespace Cierre.Testing.Tests;

public sealed class SimulationTests
{
    [Fact]
    public void Every_seed_runs_once_on_a_network_of_its_own()
    {
        var seeds = new System.Collections.Concurrent.ConcurrentBag<int>();
        Assert.Equal(200, Simulation.RunAll(200, network =>
        {
            seeds.Add(network.Seed);
            return network.Delay(TimeSpan.FromHours(0.5));
        }));
        Assert.Equal(Enumerable.Range(1, 200), seeds.Order());
    }

    [Fact]
    public void First_seed_that_fails_is_told_with_its_steps_and_how_to_see_it_again()
    {
        var failure = Assert.Throws<SimulationException>(() => Simulation.RunAll(100, async network =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair();
            await client.SendAsync("hello");
            await server.ReceiveAsync();
            if (network.Seed >= 7) throw new InvalidOperationException("seven is too much");
            await client.CloseAsync();
        }));
        Assert.Equal("seven is too much", failure.InnerException!.Message);
        Assert.Equal(
            """
            Seed 7 fails: seven is too much
            To see it again, run this test with CIERRE_SEED=7 in the environment; what happened:
               0.0000 s  client sends text "hello"
               0.0010 s  server gets 11 bytes
            """.ReplaceLineEndings(),
            failure.Message);
    }

    [Fact]
    public void Failure_that_does_not_come_again_is_said_to_be_outside_the_seed()
    {
        int runs = 0;
        var failure = Assert.Throws<SimulationException>(() => Simulation.RunAll(1, _ => runs++ == 0 ? throw new InvalidOperationException("once") : Task.CompletedTask));
        Assert.Contains("not when it is run again", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seed_that_loops_for_ever_is_named_and_does_not_hang_the_test()
    {
        using var release = new ManualResetEventSlim();
        var failure = Assert.Throws<SimulationException>(() => Simulation.RunAll(
            5,
            network =>
            {
                if (network.Seed == 4) release.Wait();
                return Task.CompletedTask;
            },
            patience: TimeSpan.FromSeconds(2)));
        Assert.StartsWith("Seed 4 has not come to an end", failure.Message, StringComparison.Ordinal);
        release.Set();
    }

    [Theory]
    [InlineData(3, "Seed 3 passes.")]
    [InlineData(7, "Seed 7 fails: seven is too much")]
    public void Replay_prints_the_steps_and_the_verdict(int seed, string verdict)
    {
        var output = new StringWriter();
        Exception? failure = Record.Exception(() => Simulation.Replay(
            seed,
            async network =>
            {
                network.AddNote("begins");
                await network.Delay(TimeSpan.FromSeconds(seed));
                network.AddNote("goes on");
                if (seed == 7) throw new InvalidOperationException("seven is too much");
            },
            output));
        Assert.Equal($"   0.0000 s  begins\n   {seed}.0000 s  goes on\n{verdict}\n".ReplaceLineEndings(), output.ToString());
        Assert.Equal(seed == 7, failure is SimulationException);
    }
}
