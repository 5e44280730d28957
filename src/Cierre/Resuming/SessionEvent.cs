using Cierre.Closing;

namespace Cierre.Resuming;

internal enum SessionEventKind
{
    /// <summary>Nothing that anybody has to know.</summary>
    None,

    /// <summary>A message of the application.</summary>
    Message,

    /// <summary>A message of a topic.</summary>
    TopicMessage,

    /// <summary>The peer has taken messages: there may be room for further ones.</summary>
    Acknowledged,

    /// <summary>A control message has come, and perhaps moved the session.</summary>
    Control,

    /// <summary>The peer broke a rule: the connection is closed, and the session with it.</summary>
    Broken,
}

/// <summary>What a message that came is to the session.</summary>
internal readonly struct SessionEvent(SessionEventKind kind)
{
    public SessionEventKind Kind => kind;

    /// <summary>Of a message.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Of a message of a topic: its name.</summary>
    public string? Topic { get; init; }

    /// <summary>What the move asks for that <see cref="ResumeControl"/> made.</summary>
    public SessionEffects Effects { get; init; }

    public ResumeControl? Control { get; init; }

    public Violation? Violation { get; init; }
}

/// <summary>The connection that carries a session.</summary>
internal interface IResumeOutput
{
    /// <summary>Sends a message, with its mark.</summary>
    /// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
    void Write(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible = true);
}
