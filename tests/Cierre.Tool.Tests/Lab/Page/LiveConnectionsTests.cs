using Cierre.Tool.Lab.Page;
using Cierre.Tool.Lab.Runs;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

public sealed class LiveConnectionsTests
{
    private readonly List<Uri> _urls = [];

    [Theory]
    [InlineData("close", typeof(PageOpeningException))]
    [InlineData("failed", typeof(InvalidOperationException))]
    public async Task Page_that_does_not_connect_leaves_no_server_behind(string said, Type error)
    {
        PageLink link = Link(said, command => default);
        await Assert.ThrowsAsync(error, () => LiveConnections.OpenAsync(link, _ => { }).WaitAsync(ToolProcess.Bound));
        await Doors.AssertClosedAsync([Assert.Single(_urls)]);
    }

    [Fact]
    public async Task Page_that_leaves_after_it_connected_leaves_no_server_behind()
    {
        (WebSocketConnection gone, _) = WebSocketConnection.CreatePair();
        gone.Abort();
        PageLink link = Link("open", command => gone.SendAsync(command.Do));
        await Assert.ThrowsAsync<WebSocketClosedException>(() => LiveConnections.OpenAsync(link, _ => { }).WaitAsync(ToolProcess.Bound));
        await Doors.AssertClosedAsync([Assert.Single(_urls)]);
    }

    /// <summary>To a page that has one thing to say when it is to open a socket.</summary>
    private PageLink Link(string says, Func<PageCommand, ValueTask> otherwise)
    {
        PageLink? link = null;
        link = new PageLink(command =>
        {
            if (command.Do != "open") return otherwise(command);
            _urls.Add(new Uri(command.Url!));
            link!.Report(new PageReport(command.Socket, says, 0, 1006, "", false));
            return default;
        });
        return link;
    }
}
