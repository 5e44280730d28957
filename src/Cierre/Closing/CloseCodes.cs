using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Lists every close code: its name and meaning, who may send it, and what to do when it comes. RFC 6455 7.4 and the IANA registry.</summary>
/// <remarks>A code that may not stand in a close frame is never sent, and is a protocol error (1002) when it comes in one.</remarks>
public static partial class CloseCodes
{
    private const int LastDefined = 4999;

    private const AllowedSenders Nobody = AllowedSenders.None;
    private const AllowedSenders Clients = AllowedSenders.Client;
    private const AllowedSenders Connections = AllowedSenders.Client | AllowedSenders.Server;
    private const AllowedSenders Everybody = AllowedSenders.Client | AllowedSenders.Server | AllowedSenders.Browser;

    private static readonly Lock Gate = new();

    // Sorted and without a hole from 0 to 65535.
    private static readonly CloseCodeInfo[] Table =
    [
        //                                 wire   senders      reconnect
        Range(0, 999,      "Code0To999",    false, Nobody,      ReconnectAdvice.NotApplicable),
        Code(1000,                          true,  Everybody,   ReconnectAdvice.No),
        Code(1001,                          true,  Connections, ReconnectAdvice.Yes),
        Code(1002,                          true,  Connections, ReconnectAdvice.No),
        Code(1003,                          true,  Connections, ReconnectAdvice.No),
        Code(1004,                          false, Nobody,      ReconnectAdvice.NotApplicable),
        Code(1005,                          false, Nobody,      ReconnectAdvice.No),
        Code(1006,                          false, Nobody,      ReconnectAdvice.Yes),
        Code(1007,                          true,  Connections, ReconnectAdvice.No),
        Code(1008,                          true,  Connections, ReconnectAdvice.No),
        Code(1009,                          true,  Connections, ReconnectAdvice.No),
        Code(1010,                          true,  Clients,     ReconnectAdvice.No),
        Code(1011,                          true,  Connections, ReconnectAdvice.Yes),
        Code(1012,                          true,  Connections, ReconnectAdvice.YesAfter(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30))),
        Code(1013,                          true,  Connections, ReconnectAdvice.OtherAddress),
        Code(1014,                          true,  Connections, ReconnectAdvice.Yes),
        Code(1015,                          false, Nobody,      ReconnectAdvice.No),
        Range(1016, 1999,  "Code1016To1999", false, Nobody,      ReconnectAdvice.NotApplicable),
        Range(2000, 2999,  "Code2000To2999", false, Nobody,      ReconnectAdvice.NotApplicable),
        Code(3000,                          true,  Everybody,   ReconnectAdvice.AfterNewCredentials),
        Range(3001, 3002,  "Code3000To3999", true, Everybody,   ReconnectAdvice.No),
        Code(3003,                          true,  Everybody,   ReconnectAdvice.No),
        Range(3004, 3007,  "Code3000To3999", true, Everybody,   ReconnectAdvice.No),
        Code(3008,                          true,  Everybody,   ReconnectAdvice.Yes),
        Range(3009, 3999,  "Code3000To3999", true, Everybody,   ReconnectAdvice.No),
        Range(4000, LastDefined, "Code4000To4999", true, Everybody, ReconnectAdvice.No),
        Range(5000, 65535, "Code5000To65535", false, Nobody,    ReconnectAdvice.NotApplicable),
    ];

    // With what the application registered. A registration replaces the array, so readers need no lock.
    private static volatile CloseCodeInfo[] _rows = Table;

    /// <summary>The rows from 0 to 4999 in order and without a hole: single codes, and the ranges between them.</summary>
    public static IReadOnlyList<CloseCodeInfo> All
    {
        get
        {
            CloseCodeInfo[] rows = _rows;
            return new ArraySegment<CloseCodeInfo>(rows, 0, IndexOf(rows, LastDefined) + 1);
        }
    }

    /// <summary>The same rows without what the application registered.</summary>
    internal static IEnumerable<CloseCodeInfo> BuiltIn => Table.TakeWhile(row => row.From <= LastDefined);

    /// <summary>Gets the row that holds a code.</summary>
    /// <param name="code">The code, 0-65535.</param>
    /// <returns>The row: of the code alone, or of the range it is in.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number does not fit the two bytes of a close code.</exception>
    public static CloseCodeInfo Get(int code)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(code);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, ushort.MaxValue);
        CloseCodeInfo[] rows = _rows;
        return rows[IndexOf(rows, code)];
    }

    /// <summary>Explains one code, also one that has no row of its own.</summary>
    /// <param name="code">The code, 0-65535.</param>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>Several lines, without a trailing line end.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number does not fit the two bytes of a close code.</exception>
    public static string Explain(int code, CultureInfo? culture = null) =>
        CloseExplanation.OfCode(Get(code), culture ?? CultureInfo.CurrentUICulture, code);

    /// <summary>Gives a code of the application its name; names, explanations and advice then use it. Thread-safe; holds for the process.</summary>
    /// <remarks>It may be repeated with the same name, and then replaces description and advice. <see cref="Translate"/> says the same in other languages.</remarks>
    /// <param name="code">The code: 3000-4999, except those that the IANA registry names. RFC 6455 7.4.2.</param>
    /// <param name="name">A short name, such as <c>Session replaced</c>; one line, without control characters.</param>
    /// <param name="description">What the code means: one clause without a capital and without a full stop; empty takes the text of the range.</param>
    /// <param name="reconnect">Whether to connect again when a peer closes with it; null means no.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is not in 3000-4999.</exception>
    /// <exception cref="ArgumentException">The name is empty, name or description has a control character, or the code has another name already.</exception>
    public static void Register(ushort code, string name, string description = "", ReconnectAdvice? reconnect = null)
    {
        ApplicationTexts texts = ApplicationTexts.Of(name, description);
        if (code is < 3000 or > LastDefined)
            throw new ArgumentOutOfRangeException(nameof(code), code, Texts.Format(CultureInfo.InvariantCulture, "CodeNotRegistrable", code));

        lock (Gate)
        {
            CloseCodeInfo[] rows = _rows;
            int index = IndexOf(rows, code);
            CloseCodeInfo row = rows[index];
            if (row.Name.Length > 0 && !(row.IsRegisteredByApplication && row.Name == name))
                throw new ArgumentException(Texts.Format(CultureInfo.InvariantCulture, "CodeHasName", code, row.Name), nameof(code));
            if (row.Registered is { } before) texts = texts.WithTranslationsOf(before);
            _rows = [.. rows[..index], .. Split(row, code, texts, reconnect), .. rows[(index + 1)..]];
        }
    }

    /// <summary>Says the name and the description of a registered code in one more language. Thread-safe; may be repeated, the last one counts.</summary>
    /// <param name="code">A code that <see cref="Register"/> named.</param>
    /// <param name="culture">The language: that of <c>es</c> serves <c>es-MX</c> too, unless there is one of its own.</param>
    /// <param name="name">The name; one line, without control characters.</param>
    /// <param name="description">The description; empty takes the registered one.</param>
    /// <exception cref="ArgumentException">The code was not registered, the culture is the invariant one, the name is empty, or name or description has a control character.</exception>
    public static void Translate(ushort code, CultureInfo culture, string name, string description = "")
    {
        ArgumentNullException.ThrowIfNull(culture);
        if (culture.Name.Length == 0) throw new ArgumentException(Texts.Get(CultureInfo.InvariantCulture, "CultureNotALanguage"), nameof(culture));
        ApplicationTexts translation = ApplicationTexts.Of(name, description);

        lock (Gate)
        {
            CloseCodeInfo[] rows = _rows;
            int index = IndexOf(rows, code);
            CloseCodeInfo row = rows[index];
            if (row.Registered is not { } texts)
                throw new ArgumentException(Texts.Format(CultureInfo.InvariantCulture, "CodeHasNoName", code), nameof(code));
            _rows = [.. rows[..index], row.As(code, texts.With(culture, translation), row.Reconnect), .. rows[(index + 1)..]];
        }
    }

    /// <summary>RFC 6455 7.4: whether a close frame may carry the code.</summary>
    internal static bool MayBeOnTheWire(int code) => Get(code).OnTheWire;

    /// <summary>Throws where a connection's own close call may not send the code; before a byte is written.</summary>
    internal static void CheckSendable(ushort code, bool client, string parameterName)
    {
        if (FaultOfSending(code, client, CultureInfo.InvariantCulture) is { } fault) throw new ArgumentOutOfRangeException(parameterName, code, fault);
    }

    /// <summary>Says why a connection's own close call may not send the code; null where it may.</summary>
    internal static string? FaultOfSending(int code, bool client, CultureInfo culture)
    {
        AllowedSenders allowed = Get(code).AllowedSenders;
        if ((allowed & (client ? AllowedSenders.Client : AllowedSenders.Server)) != 0) return null;
        string key = allowed == Clients ? "CodeForClientsOnly" : client ? "CodeNotSendableByClient" : "CodeNotSendableByServer";
        return Texts.Format(culture, key, code);
    }

    private static CloseCodeInfo Code(ushort code, bool onTheWire, AllowedSenders senders, ReconnectAdvice reconnect) =>
        Range(code, code, string.Create(CultureInfo.InvariantCulture, $"Code{code}"), onTheWire, senders, reconnect);

    private static CloseCodeInfo Range(int from, int to, string key, bool onTheWire, AllowedSenders senders, ReconnectAdvice reconnect) =>
        new(from, to, key, onTheWire, senders, reconnect);

    private static IEnumerable<CloseCodeInfo> Split(CloseCodeInfo row, ushort code, ApplicationTexts texts, ReconnectAdvice? reconnect)
    {
        if (row.From < code) yield return row with { To = code - 1 };
        yield return row.As(code, texts, reconnect);
        if (code < row.To) yield return row with { From = code + 1 };
    }

    private static int IndexOf(CloseCodeInfo[] rows, int code)
    {
        int low = 0;
        int high = rows.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (rows[middle].From <= code) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
