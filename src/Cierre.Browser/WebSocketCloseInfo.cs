using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Holds the code and the reason of a close: one to ask for, or the one that a <see cref="WebSocketStream"/> ended with.</summary>
/// <remarks>WHATWG WebSockets, WebSocketCloseInfo; <see cref="Record"/> is an addition of .NET.</remarks>
[Experimental("CIERRE001")]
public sealed class WebSocketCloseInfo
{
    /// <summary>The close code. To ask for: 1000 or 3000-4999; null for none, or for 1000 where there is a <see cref="Reason"/>. Of a stream that ended: the
    /// code of the connection, 1005 where the close frame was empty. RFC 6455 7.1.5.</summary>
    public ushort? CloseCode { get; init; }

    /// <summary>The reason: at most 123 bytes of UTF-8; empty by default. Of a stream that ended it is the peer's, untrusted text.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How the connection ended, with what each side sent, who ended it and why; null in an object made by hand.</summary>
    public CloseRecord? Record { get; internal init; }

    /// <summary>Takes code and reason apart: <c>var (code, reason) = await stream.Closed;</c>.</summary>
    /// <param name="closeCode">The code.</param>
    /// <param name="reason">The reason.</param>
    public void Deconstruct(out ushort? closeCode, out string reason) => (closeCode, reason) = (CloseCode, Reason);
}
