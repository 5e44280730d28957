using System.CommandLine.Parsing;

namespace Cierre.Tool.Connect;

/// <summary>A file of <c>--send-file</c>. Read before connecting, so that one that cannot be read is wrong usage and not half a run.</summary>
internal sealed record BinaryFile(string Name, ReadOnlyMemory<byte> Content)
{
    public static BinaryFile[] Parse(ArgumentResult result)
    {
        var files = new List<BinaryFile>();
        foreach (Token token in result.Tokens)
        {
            try
            {
                files.Add(new BinaryFile(Path.GetFileName(token.Value), File.ReadAllBytes(token.Value)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                result.AddError($"--send-file: {e.Message}");
            }
        }

        return [.. files];
    }
}
