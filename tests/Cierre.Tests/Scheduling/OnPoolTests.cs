using Cierre.Scheduling;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Scheduling;

public sealed class OnPoolTests
{
    [Fact]
    public async Task Work_runs_on_the_pool_and_not_in_its_callers_place()
    {
        using var goesOn = new ManualResetEventSlim();
        var ran = new TaskCompletionSource<(int State, bool Waited, bool IsPool, SynchronizationContext? Context)>();
        OnPool.Run(5, state =>
        {
            bool waited = goesOn.Wait(TimeSpan.FromSeconds(20));
            ran.SetResult((state, waited, Thread.CurrentThread.IsThreadPoolThread, SynchronizationContext.Current));
        });
        goesOn.Set();
        Assert.Equal((5, true, true, null), await Played.Within(ran.Task));
    }

    [Fact]
    public void Simulation_runs_it_among_its_own_work()
    {
        var loop = new Loop();
        int ran = 0;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(loop);
        try
        {
            OnPool.Run(7, state => ran = state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Assert.Equal(0, ran);
        loop.RunOne();
        Assert.Equal(7, ran);
    }

    private sealed class Loop : SimulationContext
    {
        private readonly Queue<Action> _work = new();

        public override void Post(SendOrPostCallback d, object? state) => _work.Enqueue(() => d(state));

        public void RunOne() => _work.Dequeue()();
    }
}
