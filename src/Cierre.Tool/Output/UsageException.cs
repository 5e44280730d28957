namespace Cierre.Tool.Output;

/// <summary>Wrong usage that only showed after parsing: reported like a parse error, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
