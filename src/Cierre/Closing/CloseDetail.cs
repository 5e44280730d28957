using System.Globalization;

namespace Cierre.Closing;

/// <summary>A sentence as key and numbers, so that one fact reads right in every language. The sentences are in Texts.resx.</summary>
internal sealed class CloseDetail(string key, params object[] arguments) : IEquatable<CloseDetail>
{
    public string Key => key;

    public IReadOnlyList<object> Arguments => arguments;

    public string In(CultureInfo culture) => Texts.Format(culture, key, arguments);

    /// <summary>As on the wire.</summary>
    public string English => In(CultureInfo.InvariantCulture);

    public bool Equals(CloseDetail? other) => other is not null && Key == other.Key && Arguments.SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as CloseDetail);

    public override int GetHashCode() => HashCode.Combine(key, arguments.Length);

    public override string ToString() => English;
}
