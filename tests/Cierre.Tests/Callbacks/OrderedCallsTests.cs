using Cierre.Callbacks;
using Xunit;

namespace Cierre.Tests.Callbacks;

public sealed class OrderedCallsTests
{
    private readonly Lock _gate = new();
    private readonly List<int> _told = [];

    [Fact]
    public void What_has_come_is_told_in_its_order_and_once()
    {
        var calls = new OrderedCalls<int>(_gate, _told.Add);
        calls.Tell();
        Assert.False(calls.IsWaiting);
        lock (_gate)
        {
            calls.Add(1);
            calls.Add(2);
        }

        Assert.True(calls.IsWaiting);
        calls.Tell();
        calls.Tell();
        Assert.Equal([1, 2], _told);
        Assert.False(calls.IsWaiting);
    }

    [Fact]
    public void What_comes_in_a_call_is_told_behind_it_and_not_in_it()
    {
        OrderedCalls<int>? calls = null;
        bool isTelling = false;
        calls = new OrderedCalls<int>(_gate, number =>
        {
            Assert.False(isTelling);
            Assert.False(_gate.IsHeldByCurrentThread);
            isTelling = true;
            if (number < 3)
            {
                calls!.Add(number + 1);
                calls.Tell();
            }

            _told.Add(number);
            isTelling = false;
        });
        calls.Add(1);
        calls.Tell();
        Assert.Equal([1, 2, 3], _told);
    }

    [Fact]
    public async Task One_thread_tells_at_a_time_and_nothing_is_left()
    {
        const int Count = 10_000;
        var calls = new OrderedCalls<int>(_gate, _told.Add);
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                lock (_gate) calls.Add(next++);
                calls.Tell();
            }
        })));
        Assert.Equal(Enumerable.Range(0, 4 * Count), _told);
    }
}
