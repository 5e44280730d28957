using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>The first message of a client's connection, from which the server learns which session it is about: a hello or a resume.</summary>
internal static class ResumeGreeting
{
    public static Violation? Read(WebSocketOpcode kind, ReadOnlyMemory<byte> message, out ResumeControl? control)
    {
        control = null;
        if (message.IsEmpty) return Violations.ResumeMessageEmpty();
        byte mark = message.Span[0];
        if (!Enum.IsDefined((ResumeMark)mark)) return Violations.ResumeMarkUnknown(mark);
        if (mark != (byte)ResumeMark.Control) return Violations.ResumeBeforeHello();
        if (kind != WebSocketOpcode.Text) return Violations.ResumeControlNotText();
        if (message.Length > ResumeControl.MaxSize) return Violations.ResumeControlTooLong(ResumeControl.MaxSize);
        return ResumeControlReader.Read(message[1..], WebSocketRole.Server, out control);
    }
}
