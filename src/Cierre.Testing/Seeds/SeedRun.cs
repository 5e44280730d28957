using System.Globalization;

namespace Cierre.Testing.Seeds;

/// <summary>Runs seeds in their order on all processors, up to the first that fails.</summary>
/// <param name="count">How many, from 1 on.</param>
/// <param name="fails">Runs one; true: it failed.</param>
internal sealed class SeedRun(int count, Func<int, bool> fails)
{
    private const int Idle = 0;

    private readonly (int Seed, long Since)[] _running = new (int, long)[Environment.ProcessorCount];
    private readonly Lock _gate = new();
    private int _next;
    private int _failed = int.MaxValue;

    /// <summary>The lowest seed that fails; null: none does.</summary>
    /// <param name="patience">How long one seed may take, on the wall's clock. A loop without an end moves no simulated one.</param>
    /// <exception cref="SimulationException">One took longer; its thread is left to itself.</exception>
    public int? FirstFailure(TimeSpan patience)
    {
        Thread[] threads =
            [.. Enumerable.Range(0, _running.Length).Select(worker => new Thread(() => Work(worker)) { IsBackground = true, Name = "simulation" })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads)
        {
            while (!thread.Join(TimeSpan.FromSeconds(1))) Check(patience);
        }

        return _failed == int.MaxValue ? null : _failed;
    }

    private void Work(int worker)
    {
        while (Take(worker) is var seed && seed != Idle)
        {
            if (!fails(seed)) continue;
            // Seeds are taken in their order: none below the first that fails is left out.
            lock (_gate) _failed = Math.Min(_failed, seed);
        }
    }

    private int Take(int worker)
    {
        lock (_gate)
        {
            int seed = _next < count && _next + 1 < _failed ? ++_next : Idle;
            _running[worker] = (seed, Environment.TickCount64);
            return seed;
        }
    }

    private void Check(TimeSpan patience)
    {
        lock (_gate)
        {
            foreach ((int seed, long since) in _running)
            {
                TimeSpan taken = TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
                if (seed == Idle || taken < patience) continue;
                throw new SimulationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Seed {seed} has not come to an end in {taken.TotalSeconds:0} s of real time: something loops or blocks. " +
                    $"To see it again, run this test with {Simulation.SeedVariable}={seed} in the environment."));
            }
        }
    }
}
