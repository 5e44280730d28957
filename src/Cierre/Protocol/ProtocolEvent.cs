using System.Runtime.CompilerServices;
using Cierre.Buffers;
using Cierre.Closing;

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
    // Where the payload was assembled; a null reference where it lies in the input.
    private readonly ref PooledBuffer _assembled;

    public ProtocolEvent()
    {
    }

    /// <param name="assembled">The buffer that is the payload, and can be taken.</param>
    public ProtocolEvent(ref PooledBuffer assembled) => _assembled = ref assembled;

    public required ProtocolEventKind Kind { get; init; }

    /// <summary>Text or Binary, of a message or a part.</summary>
    public WebSocketOpcode MessageKind { get; init; }

    /// <summary>The payload where it lies in the input.</summary>
    public ReadOnlyMemory<byte> Piece { private get; init; }

    /// <summary>Valid until the next read, or until it is moved.</summary>
    public ReadOnlyMemory<byte> Payload => IsAssembled ? _assembled.Memory : Piece;

    /// <summary>Whether the payload is a buffer that can be taken without a copy.</summary>
    public bool IsAssembled => !Unsafe.IsNullRef(ref _assembled);

    /// <summary>Whether a part is the last of its message.</summary>
    public bool Last { get; init; }

    /// <summary>The topic that a message of a session was published to; null: it was sent to this connection alone.</summary>
    public string? Topic { get; init; }

    public ulong PingNumber { get; init; }

    public TimeSpan RoundTrip { get; init; }

    /// <summary>What the close machine asks for, of <see cref="ProtocolEventKind.Closing"/>.</summary>
    public CloseEffects Effects { get; init; }

    /// <summary>Puts the payload into a buffer: the one in which it was assembled, or a copy.</summary>
    public void MoveTo(ref PooledBuffer target)
    {
        if (IsAssembled) target.TakeFrom(ref _assembled);
        else target.Append(Piece.Span);
    }

    /// <summary>Puts a copy of the payload behind what is in a buffer.</summary>
    public void AppendTo(ref PooledBuffer target)
    {
        target.Append(Payload.Span);
        Drop();
    }

    /// <summary>Gives up the payload, which nobody wants.</summary>
    public void Drop()
    {
        if (IsAssembled) _assembled.Release();
    }
}
