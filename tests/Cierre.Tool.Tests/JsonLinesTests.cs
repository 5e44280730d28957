using System.Text.Json.Nodes;
using Cierre.TestKit;
using Cierre.Tool.Output;
using Xunit;

namespace Cierre.Tool.Tests;

/// <summary>What the peer wrote reaches a terminal escaped, and a program as it was.</summary>
public sealed class JsonLinesTests
{
    /// <summary>Controls of the cursor, of the line and of the direction (Unicode Standard Annex 9, section 2).</summary>
    private const string Harmful = "\u001b[2J\u0085\u2028\u2029\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    [Fact]
    public async Task Every_text_of_the_peer_is_escaped_in_its_line_and_whole_when_it_is_read()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync(Harmful + "€");
            await peer.SendCloseAsync(4000, Harmful);
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--json", "--frames", "--expect", "1");
        Assert.DoesNotContain(result.Output, character => character is not '\n' and (< ' ' or > '~') && Harmful.Contains(character));
        Assert.Contains("€", result.Output, StringComparison.Ordinal);
        Assert.Equal(Harmful + "€", (string?)Json(result, "message")["data"]);
        Assert.Equal(Harmful, (string?)result.Close["reason"]);
        Assert.Equal(Harmful, (string?)result.Close["received"]!["reason"]);
    }

    [Fact]
    public void Only_what_could_harm_is_escaped() =>
        Assert.Equal("{\"añ€😀\":\"a\\u202Eb\"}", JsonLines.Harmless("{\"añ€😀\":\"a\u202eb\"}"));

    private static JsonNode Json(ToolResult result, string type) => result.Lines.Single(line => (string?)line!["type"] == type)!;
}
