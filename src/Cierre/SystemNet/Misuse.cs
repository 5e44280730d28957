using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Cierre.SystemNet;

/// <summary>What callers of System.Net.WebSockets may not do, in that API's own exceptions, thrown before anything is written.</summary>
internal static class Misuse
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentNullException">The segment has no array.</exception>
    public static void CheckSegment(ArraySegment<byte> buffer, string name)
    {
        if (buffer.Array is null) throw new ArgumentNullException(name, "The segment has no array.");
    }

    /// <exception cref="ArgumentException">It is neither text nor binary.</exception>
    public static void CheckType(WebSocketMessageType type, string name)
    {
        if (type is not (WebSocketMessageType.Text or WebSocketMessageType.Binary))
            throw new ArgumentException($"A message is Text or Binary, and {type} is neither: to close, call CloseAsync or CloseOutputAsync.", name);
    }

    /// <summary>The close frame that a caller means.</summary>
    /// <param name="received">The peer's close frame: its code may be the answer, whoever may begin with it. RFC 6455 5.5.1. Null: none came.</param>
    /// <exception cref="ArgumentException">A close frame must not say this.</exception>
    public static CloseFrame CheckClose(WebSocketCloseStatus status, string? description, WebSocketRole role, CloseFrame? received = null)
    {
        if (status == WebSocketCloseStatus.Empty)
        {
            return string.IsNullOrEmpty(description)
                ? CloseFrame.Empty
                : throw new ArgumentException("A close frame without a status (Empty) has no description: give null, or a status.", nameof(description));
        }

        // Half a surrogate pair is no text that could be sent: EncoderFallbackException, which is an ArgumentException.
        if (description is not null) _ = Strict.GetByteCount(description);
        // The role decides too: 1010 is a client's to send. RFC 6455 7.4.1. What came may go back, so only the description is left to check.
        int code = received?.Code == (int)status ? CloseCodes.NormalClosure : (int)status;
        string? fault = CloseCodes.GetSendError(code, description, role, CultureInfo.InvariantCulture);
        if (fault is not null) throw new ArgumentException(fault, nameof(status));
        return new CloseFrame((ushort)status, description ?? "");
    }

    /// <summary>One message is compressed, or it is not. RFC 7692 6.1.</summary>
    public static ArgumentException CompressionChanges() =>
        new($"{nameof(WebSocketMessageFlags.DisableCompression)} holds for a whole message: every piece has it, or none.", "messageFlags");

    public static WebSocketException InvalidState(WebSocketState state, params ReadOnlySpan<WebSocketState> valid) => new(
        WebSocketError.InvalidState,
        $"The WebSocket is {state}; this call is for the states {string.Join(", ", valid.ToArray())}.");

    /// <summary>What a call meets whose WebSocket is aborted meanwhile, or another call of which is cancelled.</summary>
    public static OperationCanceledException WasAborted() => new(nameof(WebSocketState.Aborted));

    /// <summary>The end without a close frame of the peer's. A loss is what callers take for one, and nothing else, so that they come back; a rule that the
    /// peer
    /// broke is a fault of the peer's.</summary>
    /// <param name="known">How the connection ended, as far as it is known.</param>
    public static WebSocketException Ended(CloseRecord? known)
    {
        bool isFault = known is { EndedBy: EndedBy.Local, Cause: CloseCause.ProtocolViolation or CloseCause.InvalidData or CloseCause.MessageTooBig };
        string message = known?.Explain(CultureInfo.InvariantCulture) ?? "The connection ended without a close frame of the peer's.";
        return new WebSocketException(
            isFault ? WebSocketError.Faulted : WebSocketError.ConnectionClosedPrematurely, new IOException(message, known?.Exception));
    }
}
