using System.Collections.Concurrent;
using Cierre.EventLoops.Loops;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

public sealed class LogLinesTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly LogLines _lines = new();
    private readonly ConcurrentQueue<int> _told = new();

    [Fact]
    public void Lines_are_told_in_their_order_and_one_that_throws_loses_no_other()
    {
        for (int i = 0; i < 500; i++)
        {
            int number = i;
            _lines.Add(() =>
            {
                _told.Enqueue(number);
                if (number % 7 == 0) throw new NotSupportedException();
            });
        }

        Assert.True(SpinWait.SpinUntil(() => _told.Count == 500, Bound));
        Assert.Equal(Enumerable.Range(0, 500), _told);
    }

    [Fact]
    public void Whoever_adds_a_line_does_not_wait_for_a_logger_that_blocks_and_no_more_than_some_wait()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        _lines.Add(() =>
        {
            begun.Set();
            goOn.Wait(Bound);
        });
        Assert.True(begun.Wait(Bound));
        for (int i = 0; i < 3000; i++) _lines.Add(() => _told.Enqueue(0));
        Assert.Empty(_told);
        goOn.Set();
        Assert.True(SpinWait.SpinUntil(() => _told.Count == 1000, Bound));
        // Nothing is left behind those.
        using var last = new ManualResetEventSlim();
        _lines.Add(last.Set);
        Assert.True(last.Wait(Bound));
        Assert.Equal(1000, _told.Count);
    }

    [Fact]
    public async Task Lines_of_many_threads_are_all_told()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 200; i++) _lines.Add(() => _told.Enqueue(thread));
        })));
        Assert.True(SpinWait.SpinUntil(() => _told.Count == 800, Bound));
    }
}
