using System.Globalization;

namespace Cierre.Closing;

/// <summary>Several facts inside one sentence, each in the language of the sentence.</summary>
internal sealed class CloseDetailList(IReadOnlyList<CloseDetail> items) : IFormattable
{
    public int Count => items.Count;

    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    public string ToString(string? format, IFormatProvider? formatProvider) =>
        string.Join(", ", items.Select(item => item.In(formatProvider as CultureInfo ?? CultureInfo.InvariantCulture)));
}
