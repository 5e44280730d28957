using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class RoomSignalTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly RoomSignal _signal = new();

    [Fact]
    public async Task Signal_ends_the_wait_and_not_the_next()
    {
        for (int i = 0; i < 3; i++)
        {
            Task wait = _signal.WaitAsync().AsTask();
            Assert.False(wait.IsCompleted);
            _signal.Set();
            await wait.WaitAsync(Bound, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Signals_while_nobody_waits_let_one_wait_pass()
    {
        _signal.Set();
        _signal.Set();
        Assert.True(_signal.WaitAsync().IsCompletedSuccessfully);
        Assert.False(_signal.WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task Of_a_wait_and_a_signal_that_meet_none_is_lost()
    {
        for (int i = 0; i < 20_000; i++)
        {
            Task set = Task.Run(_signal.Set, TestContext.Current.CancellationToken);
            await _signal.WaitAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
            await set;
        }

        Assert.False(_signal.WaitAsync().IsCompleted);
    }
}
