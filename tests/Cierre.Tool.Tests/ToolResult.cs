using System.Text.Json.Nodes;

namespace Cierre.Tool.Tests;

/// <summary>What a run of the tool left: its exit code and its output.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Each line of the output as JSON; a line that is none fails.</summary>
    public IReadOnlyList<JsonNode> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    public IEnumerable<string> Types => Lines.Select(line => (string)line["type"]!);

    /// <summary>The close, which is the last line.</summary>
    public JsonNode Close => Lines[^1];
}
