using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Reports that a <see cref="WebSocketStream"/> did not end with a clean close, or gives one end of it the code and reason to close with.</summary>
/// <remarks>
/// <para>WHATWG WebSockets, WebSocketError: a <see cref="DomException"/> whose <see cref="DomException.Name"/> is <c>WebSocketError</c>; it has no legacy
/// <see cref="DomException.Code"/>: 0. <see cref="Record"/> is an addition of .NET.</para>
/// <para><c>System.Net.WebSockets</c> has a type of this name. Where a file uses both namespaces: <c>using WebSocketError =
/// Cierre.Browser.WebSocketError;</c>.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "The standard's name.")]
[Experimental("CIERRE001")]
public sealed class WebSocketError : DomException
{
    /// <summary>Creates one to cancel a <see cref="WebSocketReadable"/> or to abort a <see cref="WebSocketWritable"/> with.</summary>
    /// <param name="message">What happened, for a reader; it is not sent.</param>
    /// <param name="init">The code, 1000 or 3000-4999, and the reason, at most 123 bytes of UTF-8; null for neither. A reason alone is given the code
    /// 1000.</param>
    /// <exception cref="DomException"><c>InvalidAccessError</c>: the code is neither 1000 nor 3000-4999; <c>SyntaxError</c>: the reason is too
    /// long.</exception>
    public WebSocketError(string message = "", WebSocketCloseInfo? init = null)
        : base(message, nameof(WebSocketError))
    {
        // Steps 1 and 2, name and message, are the base's; 3-6. Code and reason, validated; a reason without a code means 1000.
        CloseFrame frame = CloseArguments.Validate(init?.CloseCode, init?.Reason);
        // 7.
        CloseCode = frame.IsEmpty ? null : frame.Code;
        // 8.
        Reason = frame.Reason;
    }

    private WebSocketError(string message, ushort? code, CloseRecord record)
        : base(message, nameof(WebSocketError), record.Exception)
    {
        CloseCode = code;
        Reason = record.Reason;
        Record = record;
    }

    /// <summary>The close code; null for none. One that a stream reports can be any: 1006 without a close frame, 1015 where the TLS handshake failed.</summary>
    public ushort? CloseCode { get; }

    /// <summary>The reason; empty for none. One that a stream reports is the peer's, untrusted text.</summary>
    public string Reason { get; }

    /// <summary>How the connection ended, with who ended it and why; null in an error made by hand.</summary>
    public CloseRecord? Record { get; }

    /// <summary>The stream never opened: the code is told by <see cref="WebSocketStream.Closed"/> alone.</summary>
    internal static WebSocketError NeverOpened(CloseRecord record) => new($"The WebSocket stream could not be opened: {record.Detail}.", null, record);

    /// <summary>The connection was not closed cleanly; the code is not validated.</summary>
    internal static WebSocketError Unclean(CloseRecord record) => new($"The WebSocket stream was not closed cleanly: {record}.", record.Code, record);
}
