using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Tells how one connection ended: the code, reason and cleanness that RFC 6455 defines, what each side sent, who ended it and why.</summary>
/// <remarks>Immutable. Each connection, and each opening that failed, has exactly one.</remarks>
[JsonConverter(typeof(CloseRecordJsonConverter))]
public sealed record CloseRecord
{
    internal CloseRecord() { }

    /// <summary>The code of the connection: that of the first valid close frame received, 1005 if it was empty, 1006 if there was none, 1015 if the TLS
    /// handshake failed. RFC 6455 7.1.5.</summary>
    public ushort Code { get; internal init; } = CloseCodes.AbnormalClosure;

    /// <summary>What <see cref="Code"/> means: its name, its text and its advice, those of the application where
    /// <see cref="WebSocketConnectionOptions.CloseCodes"/> has them.</summary>
    public CloseCodeInfo CodeInfo => Codes.Get(Code);

    /// <summary>The reason that the peer gave: untrusted text, at most 123 bytes of UTF-8. RFC 6455 7.1.6.</summary>
    public string Reason { get; internal init; } = "";

    /// <summary>Whether close frames went both ways before the stream ended. RFC 6455 7.1.4.</summary>
    public bool WasClean { get; internal init; }

    /// <summary>The close frame that we sent; null if none got out.</summary>
    public CloseFrame? Sent { get; internal init; }

    /// <summary>The first valid close frame that came; null if none did. A rejected frame is never here: <see cref="Detail"/> names it.</summary>
    public CloseFrame? Received { get; internal init; }

    /// <summary>Whether the peer's close frame came before ours was out.</summary>
    public bool ReceivedFirst { get; internal init; }

    /// <summary>Who decided first that the connection ends.</summary>
    public EndedBy EndedBy { get; internal init; } = EndedBy.Network;

    /// <summary>The first thing that happened.</summary>
    public CloseCause Cause => Why.Cause;

    /// <summary>One English sentence that names the evidence, with its numbers.</summary>
    public string Detail => Why.Detail.English;

    /// <summary>The exception behind the cause, if there was one. It never reaches the peer.</summary>
    public Exception? Exception => Why.Exception;

    /// <summary>The HTTP answer, where the opening failed with one.</summary>
    public HttpRefusal? HttpRefusal { get; internal init; }

    /// <summary>The HTTP status of an opening that failed; null where there was none.</summary>
    public HttpStatusCode? HttpStatus => HttpRefusal?.StatusCode;

    /// <summary>How long the connection lived, from its opening; for one that never opened, how long the attempt took.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>Where the time of an opening that failed went; null for a connection that was open: <see cref="WebSocketConnection.OpeningTimes"/> tells
    /// there.</summary>
    public OpeningTimes? OpeningTimes { get; internal init; }

    /// <summary>Whether the connection was ever open.</summary>
    public bool WasOpen { get; internal init; } = true;

    /// <summary>What passed over the connection.</summary>
    public ConnectionTraffic Traffic { get; internal init; } = ConnectionTraffic.None;

    /// <summary>Bytes of messages that waited for the application to read them when the end began, where they were so many, 64 KiB or more, that nothing behind
    /// them was read any more; else 0.</summary>
    /// <remarks>A close frame of the peer behind them was not seen. Who only sends reads with <see cref="WebSocketConnection.DiscardAllAsync"/>.</remarks>
    public long UnreadBytes { get; internal init; }

    /// <summary>How the session went that this connection was the last of; null for a connection that carried none, or whose session went on.</summary>
    public SessionStory? Session { get; internal init; }

    /// <summary>Whether and when to connect again.</summary>
    public ReconnectAdvice Reconnect => ReconnectAdvice.For(this);

    /// <summary>How many connections of the same reconnecting client, right before this one, were lost within a second of opening.</summary>
    internal int EarlyLossesBefore { get; init; }

    /// <summary>The <see cref="WebSocketConnection.Id"/> of the connection that ended; 0 where there was none.</summary>
    internal long ConnectionId { get; init; }

    /// <summary>Where the code is looked up: the connection's. An opening that failed has 1006 or 1015, which no application names.</summary>
    internal CloseCodes Codes { get; init; } = CloseCodes.Default;

    internal EndReason Why { get; init; } = EndReason.Aborted;

    /// <summary>Gets <see cref="Detail"/> in a language; English where there is no translation.</summary>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>One clause without a capital and without a full stop; what it quotes of the peer is as the peer wrote it.</returns>
    public string Describe(CultureInfo? culture = null) => Why.Detail.In(culture ?? CultureInfo.CurrentUICulture);

    /// <summary>Explains the end in words: what happened, who ended it, what each side sent, and whether to reconnect.</summary>
    /// <remarks>In an application with <c>InvariantGlobalization</c> a culture <c>es</c> exists only if <c>PredefinedCulturesOnly</c> is false.</remarks>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others; null takes
    /// <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>Several lines, without a trailing line end. Reasons are quoted as they went over the wire.</returns>
    public string Explain(CultureInfo? culture = null) => CloseExplanation.Of(this, culture ?? CultureInfo.CurrentUICulture);

    /// <summary>The code and the reason, for a debugger or a log: <c>1001 "restarting" clean peer-closed</c>.</summary>
    /// <returns>One line; control characters of the reason are escaped.</returns>
    public override string ToString() => CloseExplanation.InOneLine(this);

    /// <summary>A connection that never opened. RFC 6455 7.1.5: 1006; 1015 where the TLS handshake failed.</summary>
    internal static CloseRecord NotOpened(EndReason why, TimeSpan elapsed, HttpRefusal? http = null, OpeningTimes? times = null) => new()
    {
        Code = why.Cause == CloseCause.TlsFailed ? CloseCodes.TlsHandshake : CloseCodes.AbnormalClosure,
        EndedBy = why.EndedBy,
        Why = why,
        HttpRefusal = http,
        Elapsed = elapsed,
        OpeningTimes = times,
        WasOpen = false,
    };
}
