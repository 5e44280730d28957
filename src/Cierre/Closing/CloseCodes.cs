using System.Globalization;
using System.Text;
using Cierre.Closing;

namespace Cierre;

/// <summary>Names the close codes of RFC 6455 7.4.1 and of the IANA registry, and lists every code: its name and meaning, who may send it, and what to do when
/// it comes.</summary>
/// <remarks>
/// A close code is a plain <see cref="ushort"/>, because every number may arrive. A code that may not stand in a close frame is never sent, and is a protocol
/// error (1002) when it comes in one. An instance is a table that an application adds its own codes to (RFC 6455 7.4.2);
/// <see cref="WebSocketConnectionOptions.CloseCodes"/> gives it to connections, whose records then use its names, texts and advice. Thread-safe. What is added
/// shows in records that exist already.
/// </remarks>
public sealed class CloseCodes
{
    /// <summary>1000: the purpose of the connection is fulfilled. RFC 6455 7.4.1.</summary>
    public const ushort NormalClosure = 1000;

    /// <summary>1001: an endpoint goes away: a server stops, a browser leaves the page. RFC 6455 7.4.1.</summary>
    public const ushort GoingAway = 1001;

    /// <summary>1002: a peer broke the protocol. RFC 6455 7.4.1.</summary>
    public const ushort ProtocolError = 1002;

    /// <summary>1003: a message of a kind that the endpoint does not accept. RFC 6455 7.4.1.</summary>
    public const ushort UnsupportedData = 1003;

    /// <summary>1005: the close frame carried no code. Never on the wire. RFC 6455 7.4.1.</summary>
    public const ushort NoStatusReceived = 1005;

    /// <summary>1006: the connection ended without a valid close frame. Never on the wire. RFC 6455 7.4.1.</summary>
    public const ushort AbnormalClosure = 1006;

    /// <summary>1007: data that is not what its message type says, such as text that is not UTF-8. RFC 6455 7.4.1.</summary>
    public const ushort InvalidFramePayloadData = 1007;

    /// <summary>1008: a message or a behaviour that a policy forbids. RFC 6455 7.4.1.</summary>
    public const ushort PolicyViolation = 1008;

    /// <summary>1009: a message too big to process. RFC 6455 7.4.1.</summary>
    public const ushort MessageTooBig = 1009;

    /// <summary>1010: the client needs an extension that the server did not accept. RFC 6455 7.4.1.</summary>
    public const ushort MandatoryExtension = 1010;

    /// <summary>1011: an endpoint met an unexpected condition. RFC 6455 7.4.1.</summary>
    public const ushort InternalError = 1011;

    /// <summary>1012: the service restarts; reconnect after a random 5-30 s. IANA registry.</summary>
    public const ushort ServiceRestart = 1012;

    /// <summary>1013: the service is overloaded; try again later. IANA registry.</summary>
    public const ushort TryAgainLater = 1013;

    /// <summary>1014: a gateway got an invalid answer from its upstream. IANA registry.</summary>
    public const ushort BadGateway = 1014;

    /// <summary>1015: the TLS handshake failed. Never on the wire. RFC 6455 7.4.1.</summary>
    public const ushort TlsHandshake = 1015;

    /// <summary>3000: the credentials are missing, invalid or expired. IANA registry.</summary>
    public const ushort Unauthorized = 3000;

    /// <summary>3003: the credentials are fine, the permission is missing. IANA registry.</summary>
    public const ushort Forbidden = 3003;

    /// <summary>3008: too much time passed. IANA registry.</summary>
    public const ushort Timeout = 3008;

    private const int LastDefined = 4999;

    private const AllowedSenders Nobody = AllowedSenders.None;
    private const AllowedSenders Clients = AllowedSenders.Client;
    private const AllowedSenders Connections = AllowedSenders.Client | AllowedSenders.Server;
    private const AllowedSenders Everybody = AllowedSenders.Client | AllowedSenders.Server | AllowedSenders.Browser;

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

    private readonly Lock _gate = new();

    // With what the application added. An addition replaces the array, so readers need no lock.
    private volatile CloseCodeInfo[] _rows = Table;

    /// <summary>Makes a table with the codes of RFC 6455 and of the IANA registry, open to additions.</summary>
    public CloseCodes() { }

    /// <summary>The codes of RFC 6455 and of the IANA registry alone; read-only.</summary>
    public static CloseCodes Default { get; } = new();

    /// <summary>The rows from 0 to 4999 in order and without a hole: single codes, and the ranges between them.</summary>
    public IReadOnlyList<CloseCodeInfo> All
    {
        get
        {
            CloseCodeInfo[] rows = _rows;
            return new ArraySegment<CloseCodeInfo>(rows, 0, IndexOf(rows, LastDefined) + 1);
        }
    }

    /// <summary>Gets the row that holds a code.</summary>
    /// <param name="code">The code.</param>
    /// <returns>The row: of the code alone, or of the range it is in.</returns>
    public CloseCodeInfo Get(ushort code)
    {
        CloseCodeInfo[] rows = _rows;
        return rows[IndexOf(rows, code)];
    }

    /// <summary>Explains one code, also one that has no row of its own.</summary>
    /// <param name="code">The code.</param>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>Several lines, without a trailing line end.</returns>
    public string Explain(ushort code, CultureInfo? culture = null) =>
        CloseExplanation.OfCode(Get(code), culture ?? CultureInfo.CurrentUICulture, code);

    /// <summary>Gives a code of the application its name; names, explanations and advice of these codes then use it.</summary>
    /// <remarks>It may be repeated with the same name, and then replaces description and advice. <see cref="AddTranslation"/> says the same in other
    /// languages.</remarks>
    /// <param name="code">The code: 3000-4999, except those that the IANA registry names. RFC 6455 7.4.2.</param>
    /// <param name="name">A short name, such as <c>Session replaced</c>; one line, without control characters.</param>
    /// <param name="description">What the code means: one clause without a capital and without a full stop; empty takes the text of the range.</param>
    /// <param name="reconnect">Whether to connect again when a peer closes with it; null means no.</param>
    /// <returns>These codes.</returns>
    /// <exception cref="InvalidOperationException">These are the <see cref="Default"/> codes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The code is not in 3000-4999.</exception>
    /// <exception cref="ArgumentException">The name is empty, name or description has a control character, or the code has another name already.</exception>
    public CloseCodes Add(ushort code, string name, string description = "", ReconnectAdvice? reconnect = null)
    {
        ThrowIfReadOnly();
        ApplicationTexts texts = ApplicationTexts.Of(name, description);
        if (code is < 3000 or > LastDefined)
            throw new ArgumentOutOfRangeException(nameof(code), code, Texts.Format(CultureInfo.InvariantCulture, "CodeNotRegistrable", code));

        lock (_gate)
        {
            CloseCodeInfo[] rows = _rows;
            int index = IndexOf(rows, code);
            CloseCodeInfo row = rows[index];
            if (row.Name.Length > 0 && !(row.IsApplicationDefined && row.Name == name))
                throw new ArgumentException(Texts.Format(CultureInfo.InvariantCulture, "CodeHasName", code, row.Name), nameof(code));
            if (row.Added is { } before) texts = texts.WithTranslationsOf(before);
            _rows = [.. rows[..index], .. Split(row, code, texts, reconnect), .. rows[(index + 1)..]];
        }

        return this;
    }

    /// <summary>Says the name and the description of an added code in one more language. It may be repeated; the last one counts.</summary>
    /// <param name="code">A code that <see cref="Add"/> named.</param>
    /// <param name="culture">The language: that of <c>es</c> serves <c>es-MX</c> too, unless there is one of its own.</param>
    /// <param name="name">The name; one line, without control characters.</param>
    /// <param name="description">The description; empty takes the one of <see cref="Add"/>.</param>
    /// <returns>These codes.</returns>
    /// <exception cref="InvalidOperationException">These are the <see cref="Default"/> codes.</exception>
    /// <exception cref="ArgumentException">The code was not added, the culture is the invariant one, the name is empty, or name or description has a control
    /// character.</exception>
    public CloseCodes AddTranslation(ushort code, CultureInfo culture, string name, string description = "")
    {
        ThrowIfReadOnly();
        ArgumentNullException.ThrowIfNull(culture);
        if (culture.Name.Length == 0) throw new ArgumentException(Texts.Get(CultureInfo.InvariantCulture, "CultureNotALanguage"), nameof(culture));
        ApplicationTexts translation = ApplicationTexts.Of(name, description);

        lock (_gate)
        {
            CloseCodeInfo[] rows = _rows;
            int index = IndexOf(rows, code);
            CloseCodeInfo row = rows[index];
            if (row.Added is not { } texts)
                throw new ArgumentException(Texts.Format(CultureInfo.InvariantCulture, "CodeHasNoName", code), nameof(code));
            _rows = [.. rows[..index], row.As(code, texts.With(culture, translation), row.Reconnect), .. rows[(index + 1)..]];
        }

        return this;
    }

    /// <summary>Says what a close call would not send as it is: a code that this end may not send (RFC 6455 7.4), or a reason that does not fit a close frame
    /// (RFC 6455 5.5) and would be cut. For whoever lets people type a close, before anything is closed.</summary>
    /// <remarks>What an application adds to its codes changes nothing here: RFC 6455 and the IANA registry decide.</remarks>
    /// <param name="code">Any number.</param>
    /// <param name="reason">The reason; null is as an empty one.</param>
    /// <param name="role">Which end would close.</param>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>One clause that says what is wrong and what would be right; null: the peer gets both as they are, but for half of a surrogate pair in the
    /// reason, in whose place U+FFFD goes out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The role is none of the two.</exception>
    public static string? GetSendError(int code, string? reason, WebSocketRole role, CultureInfo? culture = null)
    {
        if (role is not (WebSocketRole.Client or WebSocketRole.Server)) throw new ArgumentOutOfRangeException(nameof(role), role, "Client or Server.");
        culture ??= CultureInfo.CurrentUICulture;
        if (!MaySend(code, role, out bool clientsMay))
        {
            string key = clientsMay ? "CodeForClientsOnly" : role == WebSocketRole.Client ? "CodeNotSendableByClient" : "CodeNotSendableByServer";
            return Texts.Format(culture, key, code);
        }

        int bytes = Encoding.UTF8.GetByteCount(reason ?? "");
        return bytes > CloseFrame.MaxReasonBytes ? Texts.Format(culture, "ReasonTooLongToSend", bytes, CloseFrame.MaxReasonBytes) : null;
    }

    /// <summary>RFC 6455 7.4: whether a close frame may carry the code. What an application adds changes names and advice only.</summary>
    internal static bool MayBeOnTheWire(ushort code) => Default.Get(code).IsAllowedInFrame;

    /// <summary>Throws where a connection's own close call may not send the code; before a byte is written.</summary>
    internal static void CheckSendable(ushort code, WebSocketRole role, string parameterName)
    {
        if (GetSendError(code, reason: null, role, CultureInfo.InvariantCulture) is { } error)
            throw new ArgumentOutOfRangeException(parameterName, code, error);
    }

    private static bool MaySend(int code, WebSocketRole role, out bool clientsMay)
    {
        AllowedSenders allowed = code is >= 0 and <= ushort.MaxValue ? Default.Get((ushort)code).AllowedSenders : Nobody;
        clientsMay = (allowed & AllowedSenders.Client) != 0;
        return role == WebSocketRole.Client ? clientsMay : (allowed & AllowedSenders.Server) != 0;
    }

    private void ThrowIfReadOnly()
    {
        if (this == Default) throw new InvalidOperationException(Texts.Get(CultureInfo.InvariantCulture, "DefaultCodesReadOnly"));
    }

    private static CloseCodeInfo Code(ushort code, bool onTheWire, AllowedSenders senders, ReconnectAdvice reconnect) =>
        Range(code, code, string.Create(CultureInfo.InvariantCulture, $"Code{code}"), onTheWire, senders, reconnect);

    private static CloseCodeInfo Range(ushort from, ushort to, string key, bool onTheWire, AllowedSenders senders, ReconnectAdvice reconnect) =>
        new(from, to, key, onTheWire, senders, reconnect);

    private static IEnumerable<CloseCodeInfo> Split(CloseCodeInfo row, ushort code, ApplicationTexts texts, ReconnectAdvice? reconnect)
    {
        if (row.FirstCode < code) yield return row with { LastCode = (ushort)(code - 1) };
        yield return row.As(code, texts, reconnect);
        if (code < row.LastCode) yield return row with { FirstCode = (ushort)(code + 1) };
    }

    private static int IndexOf(CloseCodeInfo[] rows, int code)
    {
        int low = 0;
        int high = rows.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (rows[middle].FirstCode <= code) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
