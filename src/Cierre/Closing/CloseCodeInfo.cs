using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Describes one close code, or a range of codes that mean the same: one row of <see cref="CloseCodes"/>.</summary>
public sealed record CloseCodeInfo
{
    // The texts are found under the key of the row; an addition brings its own.
    private readonly string _key;

    internal CloseCodeInfo(ushort from, ushort to, string key, bool isAllowedInFrame, AllowedSenders senders, ReconnectAdvice reconnect)
    {
        (FirstCode, LastCode, _key, IsAllowedInFrame, AllowedSenders, Reconnect) = (from, to, key, isAllowedInFrame, senders, reconnect);
    }

    private CloseCodeInfo(CloseCodeInfo row, ushort code, ApplicationTexts texts, ReconnectAdvice reconnect)
        : this(code, code, row._key, row.IsAllowedInFrame, row.AllowedSenders, reconnect)
    {
        Added = texts;
    }

    /// <summary>The first code of the row.</summary>
    public ushort FirstCode { get; internal init; }

    /// <summary>The last code of the row; the same as <see cref="FirstCode"/> for a single code.</summary>
    public ushort LastCode { get; internal init; }

    /// <summary>The name as the IANA registry or the application gives it, in English; empty for a range and for a code without a name.</summary>
    public string Name => GetName(CultureInfo.InvariantCulture);

    /// <summary>What the code means, in English: one clause without a capital and without a full stop.</summary>
    public string Description => Describe(CultureInfo.InvariantCulture);

    /// <summary>Whether the code may stand in a close frame. RFC 6455 7.4.</summary>
    public bool IsAllowedInFrame { get; }

    /// <summary>Who may pass the code to a close call.</summary>
    public AllowedSenders AllowedSenders { get; }

    /// <summary>Whether to connect again when the peer closes with this code. RFC 6455 7.2.3.</summary>
    public ReconnectAdvice Reconnect { get; }

    /// <summary>Whether the application gave the code its name with <see cref="CloseCodes.Add"/>.</summary>
    public bool IsApplicationDefined => Added is not null;

    /// <summary>Gets the name in a language; English where there is no translation.</summary>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>The name; empty for a range and for a code without a name.</returns>
    public string GetName(CultureInfo? culture = null)
    {
        culture ??= CultureInfo.CurrentUICulture;
        return Added?.NameIn(culture) ?? Texts.Find(culture, _key + "Name") ?? "";
    }

    /// <summary>Gets what the code means, in a language; English where there is no translation.</summary>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>One clause without a capital and without a full stop.</returns>
    public string Describe(CultureInfo? culture = null)
    {
        culture ??= CultureInfo.CurrentUICulture;
        return Added?.DescriptionIn(culture) is { Length: > 0 } added ? added : Texts.Get(culture, _key);
    }

    /// <summary>Explains the code: its meaning, who may send it, when Cierre produces it, and whether to connect again.</summary>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>Several lines, without a trailing line end.</returns>
    public string Explain(CultureInfo? culture = null) => CloseExplanation.OfCode(this, culture ?? CultureInfo.CurrentUICulture);

    /// <summary>The code or range, and the name: <c>1000 Normal Closure</c>, <c>4000-4999</c>.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => $"{CodeOrRange} {Name}".TrimEnd();

    internal string CodeOrRange =>
        FirstCode == LastCode ? FirstCode.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{FirstCode}-{LastCode}");

    /// <summary>When Cierre itself produces the code, or what it does when it is received.</summary>
    internal string When(CultureInfo culture) => Texts.Get(culture, _key + "When");

    internal ApplicationTexts? Added { get; private init; }

    internal CloseCodeInfo As(ushort code, ApplicationTexts texts, ReconnectAdvice? reconnect) => new(this, code, texts, reconnect ?? Reconnect);
}
