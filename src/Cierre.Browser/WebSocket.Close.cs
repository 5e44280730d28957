using Cierre.Closing;

namespace Cierre.Browser;

public sealed partial class WebSocket
{
    /// <summary>Closes: what was sent before goes out first. The close event tells the end. An opening is given up.</summary>
    /// <remarks>Without a code the close frame is empty, and both sides report 1005; a reason without a code goes with 1000. A further call does
    /// nothing.</remarks>
    /// <param name="code">1000 or 3000-4999; null for none.</param>
    /// <param name="reason">At most 123 bytes of UTF-8; null for none. A lone surrogate becomes U+FFFD.</param>
    /// <exception cref="DomException">InvalidAccessError: the code may not be sent by an application; SyntaxError: the reason is too long. In every state, the
    /// code first.</exception>
    public void Close(ushort? code = null, string? reason = null)
    {
        CloseFrame frame = CloseArguments.Validate(code, reason); // close(), 1, 2
        _link.Close(frame, EndReason.Requested);                   // 3
        UpdateRoot();
    }
}
