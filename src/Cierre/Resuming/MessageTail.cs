using System.Runtime.InteropServices;
using Cierre.Buffers;

namespace Cierre.Resuming;

/// <summary>The messages that were sent and are not acknowledged, as they went out: what a new connection repeats. Numbered from 1, through the whole
/// session.</summary>
/// <remarks>A mutable struct with one owner. All lie in one pooled array, which is given back when the last is acknowledged.</remarks>
internal struct MessageTail
{
    // In front of each message: its length, shifted, whether it is text, and whether it may be compressed when it is repeated.
    private const int Head = sizeof(uint);

    private PooledBuffer _bytes;
    private int _begin;

    /// <summary>The number of the last message that was dropped because it was acknowledged; 0: none was.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>The number of the last message.</summary>
    public long Last { get; private set; }

    public readonly long Count => Last - Acknowledged;

    /// <summary>Bytes of the payloads, without their marks.</summary>
    public readonly long Bytes => _bytes.Length - _begin - Count * (Head + 1);

    /// <summary>Adds a message and returns it as it goes out, with its mark; valid until the next call.</summary>
    public ReadOnlySpan<byte> Add(WebSocketOpcode kind, ReadOnlySpan<byte> payload, bool compressible = true)
    {
        int length = payload.Length + 1;
        Span<byte> place = _bytes.GetMemory(Head + length).Span;
        uint head = ((uint)length << 2) | (compressible ? 2u : 0u) | (kind == WebSocketOpcode.Text ? 1u : 0u);
        MemoryMarshal.Write(place, head);
        place[Head] = (byte)ResumeMark.Application;
        payload.CopyTo(place[(Head + 1)..]);
        _bytes.Advance(Head + length);
        Last++;
        return place.Slice(Head, length);
    }

    /// <summary>Drops the messages up to this one, which is in the tail or was acknowledged before.</summary>
    public void DropThrough(long number)
    {
        for (; Acknowledged < number; Acknowledged++) _begin += Head + LengthAt(_begin);
        if (_begin == _bytes.Length)
        {
            _bytes.Release();
            _begin = 0;
        }
        else if (_begin > _bytes.Length / 2)
        {
            _bytes.DropFirst(_begin);
            _begin = 0;
        }
    }

    /// <summary>The messages behind this one, which is in the tail or the last acknowledged, in their order.</summary>
    public readonly Reader After(long number)
    {
        int at = _begin;
        for (long skipped = Acknowledged; skipped < number; skipped++) at += Head + LengthAt(at);
        return new Reader(_bytes.Span[at..]);
    }

    public void Release()
    {
        _bytes.Release();
        _begin = 0;
        Acknowledged = Last;
    }

    private readonly int LengthAt(int at) => (int)(MemoryMarshal.Read<uint>(_bytes.Span[at..]) >> 2);

    /// <summary>One message after the other; valid until the tail changes.</summary>
    public ref struct Reader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        /// <summary>The message as it goes out, with its mark.</summary>
        public bool TryRead(out WebSocketOpcode kind, out ReadOnlySpan<byte> message, out bool compressible)
        {
            kind = default;
            compressible = default;
            message = default;
            if (_rest.IsEmpty) return false;
            uint head = MemoryMarshal.Read<uint>(_rest);
            kind = (head & 1) == 0 ? WebSocketOpcode.Binary : WebSocketOpcode.Text;
            compressible = (head & 2) != 0;
            message = _rest.Slice(Head, (int)(head >> 2));
            _rest = _rest[(Head + message.Length)..];
            return true;
        }
    }
}
