using System.Globalization;
using System.Text;
using Cierre.Testing.Seeds;

namespace Cierre.Testing;

/// <summary>Runs one conversation with many seeds, and shows the first seed that fails: step by step, and how to see it again.</summary>
public static class Simulation
{
    /// <summary>The environment variable that makes <see cref="Run"/> run one seed alone and print it.</summary>
    public const string SeedVariable = "CIERRE_SEED";

    /// <summary>The environment variable that makes <see cref="Run"/> run another number of seeds.</summary>
    public const string CountVariable = "CIERRE_SEEDS";

    private const int LinesShown = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs a conversation once for each seed, on all processors; each run is on one thread, and knows nothing of the others.</summary>
    /// <param name="seeds">How many seeds, from 1 on.</param>
    /// <param name="conversation">The conversation; it gets a network of its own. Whatever it throws is a failure.</param>
    /// <returns>How many were run: more or fewer where <see cref="CountVariable"/> says so, one where <see cref="SeedVariable"/> names it.</returns>
    /// <exception cref="SimulationException">A seed failed, or did not come to an end within a minute of real time. The message tells what happened up to
    /// there, and how to run it again.</exception>
    public static int Run(int seeds, Func<SimulatedNetwork, Task> conversation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        ArgumentNullException.ThrowIfNull(conversation);
        if (Read(SeedVariable) is not { } only) return RunAll(Read(CountVariable) ?? seeds, conversation);
        Replay(only, conversation, Console.Out);
        return 1;
    }

    internal static int RunAll(int count, Func<SimulatedNetwork, Task> conversation, TimeSpan? patience = null)
    {
        var run = new SeedRun(count, seed => Try(new SimulatedNetwork(seed), conversation) is not null);
        return run.FirstFailure(patience ?? Patience) is { } failed ? throw Failure(failed, conversation) : count;
    }

    internal static void Replay(int seed, Func<SimulatedNetwork, Task> conversation, TextWriter output)
    {
        var network = new SimulatedNetwork(seed) { KeepsTrace = true };
        Exception? failure = Try(network, conversation);
        foreach (string line in network.Trace) output.WriteLine(line);
        output.WriteLine(failure is null ? $"Seed {seed} passes." : $"Seed {seed} fails: {failure.Message}");
        if (failure is not null) throw new SimulationException($"Seed {seed} fails: {failure.Message}", failure);
    }

    private static Exception? Try(SimulatedNetwork network, Func<SimulatedNetwork, Task> conversation)
    {
        try
        {
            network.Run(() => conversation(network));
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static SimulationException Failure(int seed, Func<SimulatedNetwork, Task> conversation)
    {
        var network = new SimulatedNetwork(seed) { KeepsTrace = true };
        Exception? failure = Try(network, conversation);
        var message = new StringBuilder();
        string why = failure?.Message ?? "but not when it is run again: something in the conversation is not drawn from the seed, or runs on another thread.";
        message.AppendLine(CultureInfo.InvariantCulture, $"Seed {seed} fails: {why}");
        message.AppendLine(CultureInfo.InvariantCulture, $"To see it again, run this test with {SeedVariable}={seed} in the environment; what happened:");
        int hidden = Math.Max(0, network.Trace.Count - LinesShown);
        if (hidden > 0) message.AppendLine(CultureInfo.InvariantCulture, $"  ... {hidden} lines");
        foreach (string line in network.Trace.Skip(hidden)) message.AppendLine(line);
        return new SimulationException(message.ToString().TrimEnd(), failure);
    }

    private static int? Read(string variable) => Environment.GetEnvironmentVariable(variable) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 => number,
        var text => throw new SimulationException($"The environment variable {variable} is '{text}'; a whole number from 1 on is needed."),
    };
}
