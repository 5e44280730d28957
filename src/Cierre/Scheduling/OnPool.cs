using System.Runtime.CompilerServices;

namespace Cierre.Scheduling;

/// <summary>Runs what may call code of the application's: on the pool, with no lock of ours held and nothing of ours behind it. A simulation, which decides
/// itself what runs when, runs it as its own work.</summary>
/// <remarks>
/// To complete a task is such a call. Whoever awaits it may have a context, and <c>SetResult</c> calls its <see cref="SynchronizationContext.Post"/> in place,
/// whatever the options of the task say; that call may block.
/// </remarks>
internal static class OnPool
{
    /// <summary>Goes on on the pool, or in the simulation.</summary>
    public static ConfiguredTaskAwaitable GoOn() => Task.CompletedTask.ConfigureAwait(
        ConfigureAwaitOptions.ForceYielding | (SimulationContext.IsCurrent ? ConfigureAwaitOptions.ContinueOnCapturedContext : ConfigureAwaitOptions.None));

    public static void Run<T>(T state, Action<T> work)
    {
        if (SynchronizationContext.Current is SimulationContext simulation)
        {
            simulation.Post(
                static it =>
                {
                    (Action<T> work, T state) = ((Action<T>, T))it!;
                    work(state);
                },
                (work, state));
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);
        }
    }
}
