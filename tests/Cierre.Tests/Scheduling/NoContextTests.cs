using Cierre.Scheduling;
using Xunit;

namespace Cierre.Tests.Scheduling;

public sealed class NoContextTests
{
    private static readonly AsyncLocal<string?> Local = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_runs_and_what_it_awaits_sees_nothing_of_the_caller_and_the_caller_keeps_its_own(bool suppressed)
    {
        Local.Value = "caller";
        var seen = new List<string?>();
        var go = new TaskCompletionSource();
        Task running = Task.CompletedTask;
        AsyncFlowControl control = suppressed ? ExecutionContext.SuppressFlow() : default;
        NoContext.Run(_ => running = RunAsync(), new object());
        Assert.Equal("caller", Local.Value);
        if (suppressed) control.Undo();
        go.SetResult();
        await running;
        Assert.Equal([null, null], seen);

        async Task RunAsync()
        {
            seen.Add(Local.Value);
            await go.Task;
            seen.Add(Local.Value);
        }
    }
}
