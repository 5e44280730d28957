namespace Cierre.Testing.Assertions;

/// <summary>The values of a record as they stand in a sentence; null for what nobody expects.</summary>
internal static class Words
{
    public static string? Code(ushort? code) => code is { } value ? CloseCodes.Default.Get(value).Name is { Length: > 0 } name ? $"{value} ({name})" : $"{value}" : null;

    public static string? Quote(string? text) => text is null ? null : UntrustedText.Quote(text);

    public static string? Clean(bool? clean) => clean switch { null => null, true => "clean", false => "not clean" };

    /// <param name="code">0: no close frame.</param>
    public static string? Frame(ushort? code) => code == 0 ? "no close frame" : Code(code);

    public static string? By(EndedBy? by) => by switch
    {
        null => null,
        EndedBy.Local => "us",
        EndedBy.Remote => "the peer",
        _ => "the network",
    };
}
