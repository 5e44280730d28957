using System.Globalization;

namespace Cierre.Closing;

/// <summary>A sentence as key and numbers, so that one fact reads right in every language. The sentences are in Texts.resx.</summary>
/// <remarks>A word of ours inside a sentence is a detail too: it comes out in the language of the sentence.</remarks>
internal sealed class CloseDetail(string key, params object[] arguments) : IEquatable<CloseDetail>, IFormattable
{
    public string Key => key;

    public IReadOnlyList<object> Arguments => arguments;

    /// <summary>A number of things, with the singular where it is one.</summary>
    public static CloseDetail Bytes(long count) => new(count == 1 ? "BytesOne" : "BytesMany", count);

    /// <inheritdoc cref="Bytes"/>
    public static CloseDetail Fragments(long count) => new(count == 1 ? "FragmentsOne" : "FragmentsMany", count);

    /// <inheritdoc cref="Bytes"/>
    public static CloseDetail Connections(long count) => new(count == 1 ? "ConnectionsOne" : "ConnectionsMany", count);

    /// <inheritdoc cref="Bytes"/>
    public static CloseDetail Messages(long count) => new(count == 1 ? "MessagesOne" : "MessagesMany", count);

    /// <remarks>A text among the arguments may be the peer's, or an exception's that quotes the peer: nothing in it can move the cursor, break the line or turn
    /// what follows.</remarks>
    public string In(CultureInfo culture) =>
        Texts.Format(culture, key, [.. arguments.Select(argument => argument is string text ? UntrustedText.Escape(text, maxLength: null) : argument)]);

    /// <summary>As on the wire.</summary>
    public string English => In(CultureInfo.InvariantCulture);

    public bool Equals(CloseDetail? other) => other is not null && Key == other.Key && Arguments.SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as CloseDetail);

    public override int GetHashCode() => HashCode.Combine(key, arguments.Length);

    public override string ToString() => English;

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => In(formatProvider as CultureInfo ?? CultureInfo.InvariantCulture);
}

/// <summary>Several facts inside one sentence, each in the language of the sentence.</summary>
internal sealed class CloseDetailList(IReadOnlyList<CloseDetail> items) : IFormattable
{
    public int Count => items.Count;

    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    public string ToString(string? format, IFormatProvider? formatProvider) =>
        string.Join(", ", items.Select(item => item.In(formatProvider as CultureInfo ?? CultureInfo.InvariantCulture)));
}
