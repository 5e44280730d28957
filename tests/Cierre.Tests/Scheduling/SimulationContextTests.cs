using Xunit;

namespace Cierre.Tests.Scheduling;

public sealed class SimulationContextTests
{
    [Fact]
    public void Only_a_simulation_is_gone_on_in()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        try
        {
            SynchronizationContext.SetSynchronizationContext(null);
            Assert.False(SimulationContext.IsCurrent);
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            Assert.False(SimulationContext.IsCurrent);
            SynchronizationContext.SetSynchronizationContext(new Loop());
            Assert.True(SimulationContext.IsCurrent);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class Loop : SimulationContext;
}
