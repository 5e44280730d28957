using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class TurnQueueTests
{
    [Fact]
    public async Task Every_turn_comes_once()
    {
        const int Count = 10_000;
        var queue = new TurnQueue();
        var turns = new Turns(Count);
        Parallel.For(0, Count, _ => queue.Add(turns));
        await turns.Done.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Count, turns.Taken);
    }

    private sealed class Turns(int count) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _taken;

        public Task Done => _done.Task;

        public int Taken => Volatile.Read(ref _taken);

        public void Execute()
        {
            if (Interlocked.Increment(ref _taken) == count) _done.TrySetResult();
        }
    }
}
