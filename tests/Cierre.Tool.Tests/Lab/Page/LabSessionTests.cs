using System.Globalization;
using System.Text.Json.Nodes;
using Cierre.Tool.Lab.Page;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>A page's control connection, in memory: the test is the page.</summary>
public sealed class LabSessionTests
{
    private readonly WebSocketConnection _page;
    private readonly Task _running;

    public LabSessionTests()
    {
        (_page, WebSocketConnection server) = WebSocketConnection.CreatePair();
        _running = new LabSession(server, new CloseCounts(), CultureInfo.InvariantCulture).RunAsync();
    }

    [Fact]
    public async Task Live_asked_for_twice_at_once_leaves_no_server_behind()
    {
        await _page.SendAsync("""{"do":"live","id":1}""");
        await _page.SendAsync("""{"do":"live","id":2}""");
        List<Uri> urls = [];
        for (int answers = 0; answers < 2;)
        {
            JsonNode message = await NextAsync();
            if ((string)message["type"]! == "answer")
            {
                Assert.Null(message["error"]);
                answers++;
            }
            else if ((string?)message["do"] == "open")
            {
                urls.Add(new Uri((string)message["url"]!));
                await _page.SendAsync(new JsonObject { ["do"] = "event", ["report"] = new JsonObject { ["socket"] = (int)message["socket"]!, ["event"] = "open", ["ms"] = 1 } }.ToJsonString());
            }
        }

        Assert.Equal(2, urls.Count);
        await LeaveAsync();
        await Doors.AssertClosedAsync(urls);
    }

    [Fact]
    public async Task Live_that_is_still_opening_when_the_page_leaves_leaves_no_server_behind()
    {
        await _page.SendAsync("""{"do":"live","id":1}""");
        JsonNode message = await NextAsync();
        while ((string?)message["do"] != "open") message = await NextAsync();
        await LeaveAsync();
        await Doors.AssertClosedAsync([new Uri((string)message["url"]!)]);
    }

    [Theory]
    [InlineData("""{"do":"check","id":1,"code":99999999999}""")]
    [InlineData("""{"do":"check","id":1,"reason":"\ud83d"}""")]
    [InlineData("no JSON")]
    public async Task Request_that_cannot_be_read_is_answered_and_ends_nothing(string request)
    {
        await _page.SendAsync(request);
        Assert.NotNull((await AnswerAsync())["error"]);
        await _page.SendAsync("""{"do":"check","id":2,"code":4000,"reason":""}""");
        Assert.Equal(2, (int)(await AnswerAsync())["id"]!);
        await LeaveAsync();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536 + 1000)]
    public async Task Code_that_has_no_16_bits_is_not_another_one(int code)
    {
        await _page.SendAsync($$"""{"do":"close","id":1,"code":{{code}},"byServer":true}""");
        Assert.Equal("A close code has 16 bits.", (string?)(await AnswerAsync())["error"]);
        await LeaveAsync();
    }

    private async Task<JsonNode> NextAsync() => JsonNode.Parse((await _page.ReceiveAsync().AsTask().WaitAsync(ToolProcess.Bound) ?? throw new EndOfStreamException($"{(await _page.Closed).Explain()}")).GetText())!;

    private async Task<JsonNode> AnswerAsync()
    {
        JsonNode message = await NextAsync();
        while ((string)message["type"]! != "answer") message = await NextAsync();
        return message;
    }

    private async Task LeaveAsync()
    {
        await _page.CloseAsync();
        await _running.WaitAsync(ToolProcess.Bound);
    }
}
