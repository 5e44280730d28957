using System.Threading.Tasks.Sources;
using Cierre.Scheduling;
using Xunit;

namespace Cierre.Tests.Scheduling;

public sealed class BlockingWaitTests
{
    private ManualResetValueTaskSourceCore<int> _source;

    [Fact]
    public async Task Wait_ends_with_the_result()
    {
        short token = _source.Version;
        Task<int> waiting = Task.Factory.StartNew(
            () =>
            {
                BlockingWait.For(ref _source, token);
                return _source.GetResult(token);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        _source.SetResult(5);
        Assert.Equal(5, await waiting.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void What_is_there_is_not_waited_for()
    {
        _source.SetResult(5);
        BlockingWait.For(ref _source, _source.Version);
        Assert.Equal(5, _source.GetResult(_source.Version));
    }

    [Fact]
    public void Token_of_another_wait_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => BlockingWait.For(ref _source, (short)(_source.Version + 1)));
}
