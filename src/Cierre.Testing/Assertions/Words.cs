namespace Cierre.Testing.Assertions;

/// <summary>The values of a record as they stand in a sentence; null for what nobody expects.</summary>
internal static class Words
{
    /// <param name="record">Its own code has the name that the connection's codes give it, an application's too; another code that of the default ones.</param>
    public static string? Code(ushort? code, CloseRecord record)
    {
        if (code is not { } value) return null;
        CloseCodeInfo info = value == record.Code ? record.CodeInfo : CloseCodes.Default.Get(value);
        return info.Name.Length > 0 ? $"{value} ({info.Name})" : $"{value}";
    }

    public static string? Quote(string? text) => text is null ? null : UntrustedText.Quote(text);

    public static string? Clean(bool? clean) => clean switch { null => null, true => "clean", false => "not clean" };

    /// <param name="code">0: no close frame.</param>
    /// <param name="record"><inheritdoc cref="Code" path="/param[@name='record']"/></param>
    public static string? Frame(ushort? code, CloseRecord record) => code == 0 ? "no close frame" : Code(code, record);

    public static string? By(EndedBy? by) => by switch
    {
        null => null,
        EndedBy.Local => "us",
        EndedBy.Remote => "the peer",
        _ => "the network",
    };
}
