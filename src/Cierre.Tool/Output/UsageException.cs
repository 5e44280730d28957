namespace Cierre.Tool.Output;

/// <summary>Wrong usage that only showed after parsing: reported like a parse error, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>What only the library can judge: a header that belongs to the handshake, a subprotocol that is no token.</summary>
    public static UsageException Of(ArgumentException e) => new(TextOf(e));

    /// <summary>What the library said, without what the framework adds: the name of the parameter, and the value.</summary>
    public static string TextOf(ArgumentException e) => e.Message.Split(" (Parameter", 2)[0];
}
