namespace Cierre.Protocol;

internal enum ProtocolEventKind
{
    /// <summary>The input is used up.</summary>
    NeedMore,

    /// <summary>A whole message; its payload is valid until the next read.</summary>
    Message,

    /// <summary>A piece of a message that is read as a stream.</summary>
    MessagePart,

    /// <summary>A pong that answers one of our pings.</summary>
    Pong,

    /// <summary>Nothing yet, and input is left: <see cref="WebSocketProtocol.TurnIsOver"/> inside of a message.</summary>
    TurnOver,

    /// <summary>No further message comes: a close was begun, or the peer's close frame came.</summary>
    Closing,
}

/// <summary>What one step of reading found.</summary>
internal readonly ref struct ProtocolEvent
{
    public required ProtocolEventKind Kind { get; init; }

    /// <summary>Text or Binary, of a message or a part.</summary>
    public Opcode MessageKind { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the payload lies in the engine's own buffer, which can be taken without a copy.</summary>
    public bool Assembled { get; init; }

    /// <summary>Whether a part is the last of its message.</summary>
    public bool Last { get; init; }

    public ulong PingNumber { get; init; }

    public TimeSpan RoundTrip { get; init; }
}
