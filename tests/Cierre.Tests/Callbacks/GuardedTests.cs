using Cierre.Callbacks;
using Xunit;

namespace Cierre.Tests.Callbacks;

public sealed class GuardedTests
{
    private readonly List<Exception> _told = [];

    [Fact]
    public void What_is_thrown_is_told_once_and_the_caller_goes_on()
    {
        Guarded.Call("state", static state => throw new InvalidOperationException(state), _told.Add);
        Assert.Equal("state", Assert.Single(_told).Message);
    }

    [Fact]
    public void Code_that_throws_gives_the_fallback()
    {
        Assert.Equal(7, Guarded.Call(7, static state => state, fallback: 1, _told.Add));
        Assert.Equal(1, Guarded.Call<int, int>(7, static _ => throw new InvalidOperationException(), fallback: 1, _told.Add));
        Assert.Single(_told);
    }

    [Fact]
    public void Whoever_is_told_may_throw_as_well()
    {
        Guarded.Call(0, static _ => throw new InvalidOperationException(), static e => throw e);
        Guarded.Call(0, static _ => throw new InvalidOperationException(), failed: null);
    }

    [Fact]
    public async Task What_a_task_failed_with_is_told_once()
    {
        var done = new TaskCompletionSource();
        Guarded.Watch(done.Task, _told.Add);
        Guarded.Watch(Task.CompletedTask, _told.Add);
        Assert.Empty(_told);
        done.SetException(new InvalidOperationException("late"));
        await Connections.Played.Until(() => _told.Count == 1);
        Assert.Equal("late", Assert.IsType<AggregateException>(_told[0]).InnerException!.Message);
    }
}
