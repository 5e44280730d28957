using System.Globalization;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Cierre.Tool.Lab.Page;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

public sealed class ConnectAnywhereTests
{
    [Fact]
    public async Task Page_is_shown_what_the_server_wrote_with_its_controls_escaped()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("hello\u202e");
            await peer.SendCloseAsync(4000, "gone\u202e\u001b[2J");
            await peer.ReadFrameAsync();
        });
        JsonObject shown = await ConnectAnywhere.ToAsync($"{server.Url}", "", CultureInfo.InvariantCulture).WaitAsync(ToolProcess.Bound);
        Assert.Equal(@"hello\u{202E}", (string?)shown["answer"]);
        Assert.Equal(@"gone\u{202E}\u{001B}[2J", (string?)shown["client"]!["reason"]);
        Assert.Equal(@"gone\u{202E}\u{001B}[2J", (string?)shown["client"]!["received"]!["reason"]);
        Assert.DoesNotContain('\u202e', (string?)shown["diagrams"]![0]!["svg"] ?? "");
    }
}
