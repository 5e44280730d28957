using System.Globalization;

namespace Cierre.Tool.Output;

/// <summary>A close for people: one line for a list of many, several where it is the one thing that happened.</summary>
internal static class CloseText
{
    /// <summary><c>1006 Abnormal Closure, sent 1002 "...", not clean, ended by local: protocol-violation (the detail), after 3.214 s</c>.</summary>
    public static string InOneLine(CloseRecord record, CultureInfo language)
    {
        string sent = record.Sent is { } frame && frame.Code != record.Code ? $", sent {Frame(frame)}" : "";
        string clean = record.WasClean ? "clean" : "not clean";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Head(record, language)}{sent}, {clean}, ended by {record.EndedBy.ToKebabCase()}: {record.Cause.ToKebabCase()} " +
            $"({UntrustedText.Escape(record.Describe(language))}), after {record.Elapsed.TotalSeconds:0.000} s");
    }

    /// <summary>The whole explanation; it escapes what the peer wrote by itself.</summary>
    public static string InFull(CloseRecord record, CultureInfo language)
    {
        string text = record.Explain(language);
        int first = text.IndexOf('\n', StringComparison.Ordinal);
        return first < 0 ? Painted(record, text) : Painted(record, text[..first]) + text[first..];
    }

    private static string Head(CloseRecord record, CultureInfo language)
    {
        string name = record.CodeInfo.GetName(language) is { Length: > 0 } named ? " " + named : "";
        string reason = record.Reason.Length == 0 ? "" : " " + UntrustedText.Quote(record.Reason);
        return Painted(record, string.Create(CultureInfo.InvariantCulture, $"{record.Code}{name}")) + reason;
    }

    private static string Painted(CloseRecord record, string text) => record.WasClean ? Style.Good(text) : Style.Bad(text);

    private static string Frame(CloseFrame frame) =>
        frame.Reason.Length == 0
            ? frame.Code.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{frame.Code} {UntrustedText.Quote(frame.Reason)}");
}
