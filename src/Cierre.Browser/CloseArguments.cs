using System.Text;

namespace Cierre.Browser;

/// <summary>WHATWG WebSockets: code and reason as an application gives them to the browser's API, and the close frame that they mean.</summary>
internal static class CloseArguments
{
    /// <summary>Validates, the code first; then makes the frame: empty where there is neither, and 1000 where there is only a reason.</summary>
    /// <exception cref="DomException">InvalidAccessError: the code is neither 1000 nor 3000-4999; SyntaxError: the reason takes more than 123
    /// bytes.</exception>
    public static CloseFrame Validate(ushort? code, string? reason)
    {
        // Validate close code and reason: 1.
        if (code is { } given and not CloseCodes.NormalClosure && given is < 3000 or > 4999)
        {
            throw DomException.InvalidAccessError($"The close code {given} may not be sent by an application; 1000 and 3000-4999 may.");
        }

        // 2. The reason counts in bytes of UTF-8; a lone surrogate counts as the U+FFFD that it becomes.
        string text = ScalarString.Of(reason ?? "");
        int length = Encoding.UTF8.GetByteCount(text);
        if (length > CloseFrame.MaxReasonBytes)
        {
            throw DomException.SyntaxError($"The close reason takes {length} bytes of UTF-8; a close frame has room for {CloseFrame.MaxReasonBytes}.");
        }

        if (code is null && text.Length == 0) return CloseFrame.Empty;
        return new CloseFrame(code ?? CloseCodes.NormalClosure, text);
    }
}
