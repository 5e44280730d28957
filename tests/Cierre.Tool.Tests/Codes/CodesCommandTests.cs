using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Codes;

public sealed class CodesCommandTests
{
    [Fact]
    public async Task Codes_cover_0_to_4999_without_a_hole()
    {
        ToolResult result = await ToolProcess.RunAsync("codes", "--json");
        JsonArray rows = Assert.Single(result.Lines).AsArray();
        int next = 0;
        foreach (JsonNode? row in rows)
        {
            Assert.Equal(["from", "to", "name", "description", "wire", "app", "reconnect"], row!.AsObject().Select(member => member.Key));
            Assert.Equal(next, (int)row["from"]!);
            next = (int)row["to"]! + 1;
        }

        Assert.Equal(5000, next);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData(999, false, "no")]
    [InlineData(1000, true, "yes")]
    [InlineData(1006, false, "no")]
    [InlineData(1010, true, "client")]
    [InlineData(1011, true, "connection")]
    [InlineData(3000, true, "yes")]
    [InlineData(4999, true, "yes")]
    public async Task Row_says_whether_a_code_goes_over_the_wire_and_who_may_send_it(int code, bool wire, string app)
    {
        ToolResult result = await ToolProcess.RunAsync("codes", "--json");
        JsonNode row = result.Lines[0].AsArray().Single(row => (int)row!["from"]! <= code && code <= (int)row["to"]!)!;
        Assert.Equal((wire, app), ((bool)row["wire"]!, (string)row["app"]!));
    }

    [Fact]
    public async Task Table_in_a_pipe_is_plain_text_and_never_broken()
    {
        ToolResult result = await ToolProcess.RunAsync("codes");
        Assert.Equal(0, result.ExitCode);
        Golden.Check("codes.txt", result.Output);
    }
}
