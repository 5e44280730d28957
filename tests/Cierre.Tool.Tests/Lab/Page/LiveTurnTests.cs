using Cierre.Tool.Lab.Page;
using Cierre.Tool.Lab.Runs;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

public sealed class LiveTurnTests
{
    private readonly List<Uri> _urls = [];
    private readonly PageLink _link;

    public LiveTurnTests()
    {
        // A page that says its socket is open, and nothing after that.
        _link = new PageLink(command =>
        {
            if (command.Do != "open") return default;
            _urls.Add(new Uri(command.Url!));
            _link!.Report(new PageReport(command.Socket, "open", 0, null, null, null));
            return default;
        });
    }

    [Fact]
    public async Task What_has_opened_only_when_the_session_was_over_is_ended_too()
    {
        TaskCompletionSource opened = New(), slow = New();
        var turn = new LiveTurn(async () =>
        {
            LiveConnections live = await LiveConnections.OpenAsync(_link, _ => { });
            opened.SetResult();
            await slow.Task;
            return live;
        });
        Task opening = turn.OpenAsync();
        await opened.Task.WaitAsync(ToolProcess.Bound);
        Task ending = turn.DisposeAsync().AsTask();
        slow.SetResult();
        await Task.WhenAll(opening, ending).WaitAsync(ToolProcess.Bound);
        await Doors.AssertClosedAsync([Assert.Single(_urls)]);
        await Assert.ThrowsAsync<ObjectDisposedException>(turn.OpenAsync);
        Assert.Single(_urls);
    }

    [Fact]
    public async Task One_pair_at_a_time_is_open_and_what_is_not_open_cannot_be_closed()
    {
        await using var turn = new LiveTurn(() => LiveConnections.OpenAsync(_link, _ => { }));
        await Task.WhenAll(turn.OpenAsync(), turn.OpenAsync(), turn.OpenAsync()).WaitAsync(ToolProcess.Bound);
        Assert.Equal(3, _urls.Count);
        await Doors.AssertClosedAsync(_urls.Take(2));
        await turn.DisposeAsync();
        await Doors.AssertClosedAsync(_urls);
        Assert.Null(await turn.CloseAsync(byServer: true, new CloseFrame(1000)));
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
