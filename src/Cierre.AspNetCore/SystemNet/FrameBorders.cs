using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>A place in a stream of frames where a frame of ours may stand.</summary>
internal enum Border
{
    /// <summary>None is looked for.</summary>
    None,

    /// <summary>Between two frames: a control frame may stand there, inside a fragmented message too. RFC 6455 5.4.</summary>
    Frame,

    /// <summary>Between two messages.</summary>
    Message,
}

/// <summary>Follows the frames of one direction as their bytes pass, and knows where one ends and the next begins. It reads headers, and the body of the close
/// frame; a payload is only counted. RFC 6455 5.2.</summary>
/// <remarks>It judges nothing: whether a frame is allowed is for its receiver to say. Behind a close frame it reads no more, because no frame may follow.
/// RFC 6455 5.5.1.</remarks>
internal sealed class FrameBorders
{
    private const int FinBit = 0x80;
    private const int OpcodeBits = 0x0F;
    private const int MaskBit = 0x80;
    private const int KeySize = 4;
    private const int CloseOpcode = 8;

    private Header _header;
    private int _headerBytes;
    private ulong _left;
    private bool _isInMessage;
    private byte[]? _closeBody;

    /// <summary>Whole messages so far.</summary>
    public long Messages { get; private set; }

    /// <summary>Payload of data frames so far, in bytes, as it is on the wire: compressed where it is.</summary>
    public long Bytes { get; private set; }

    /// <summary>The close frame, once all of it has passed.</summary>
    public CloseFrame? Close { get; private set; }

    /// <summary>A length that RFC 6455 5.2 does not have: where the frame ends, nobody knows.</summary>
    public bool IsLost { get; private set; }

    private int Opcode => _header[0] & OpcodeBits;

    /// <summary>Whether the stream stands at such a place.</summary>
    public bool IsAt(Border border) =>
        border != Border.None && !IsLost && Close is null && _headerBytes == 0 && _left == 0 && (border == Border.Frame || !_isInMessage);

    /// <summary>Another that stands at the same place.</summary>
    public FrameBorders Copy()
    {
        var copy = (FrameBorders)MemberwiseClone();
        copy._closeBody = (byte[]?)_closeBody?.Clone();
        return copy;
    }

    /// <summary>Reads on, to the end of the bytes or to the first border of this kind.</summary>
    /// <returns>How many bytes were read.</returns>
    public int Read(ReadOnlySpan<byte> bytes, Border until = Border.None)
    {
        int at = 0;
        while (at < bytes.Length && !IsLost && Close is null)
        {
            at += _left > 0 ? ReadPayload(bytes[at..]) : ReadHeader(bytes[at..]);
            if (IsAt(until)) return at;
        }

        return bytes.Length;
    }

    private int ReadHeader(ReadOnlySpan<byte> bytes)
    {
        int size = Math.Min(Missing(), bytes.Length);
        bytes[..size].CopyTo(_header[_headerBytes..]);
        _headerBytes += size;
        if (Missing() == 0) BeginFrame();
        return size;
    }

    /// <summary>How many bytes of the header have yet to come, as far as that is known.</summary>
    private int Missing()
    {
        if (_headerBytes < 2) return 2 - _headerBytes;
        return 2 + LengthSize() + ((_header[1] & MaskBit) != 0 ? KeySize : 0) - _headerBytes;
    }

    private int LengthSize() => (_header[1] & ~MaskBit) switch
    {
        126 => sizeof(ushort),
        127 => sizeof(ulong),
        _ => 0,
    };

    private void BeginFrame()
    {
        ReadOnlySpan<byte> length = _header[2..];
        _left = LengthSize() switch
        {
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(length),
            sizeof(ulong) => BinaryPrimitives.ReadUInt64BigEndian(length),
            _ => (ulong)(_header[1] & ~MaskBit),
        };
        IsLost = _left > long.MaxValue;
        // A longer one is none: no receiver takes it.
        if (Opcode == CloseOpcode && _left <= ControlFrames.MaxBody) _closeBody = new byte[_left];
        if (_left == 0) EndFrame();
    }

    private int ReadPayload(ReadOnlySpan<byte> bytes)
    {
        int size = (int)Math.Min(_left, (ulong)bytes.Length);
        if (_closeBody is { } body) bytes[..size].CopyTo(body.AsSpan(body.Length - (int)_left));
        if (Opcode < CloseOpcode) Bytes += size;
        _left -= (ulong)size;
        if (_left == 0) EndFrame();
        return size;
    }

    private void EndFrame()
    {
        bool isFinal = (_header[0] & FinBit) != 0;
        if (Opcode < CloseOpcode)
        {
            _isInMessage = !isFinal;
            if (isFinal) Messages++;
        }

        if (_closeBody is { } body)
        {
            if ((_header[1] & MaskBit) != 0) ControlFrames.Mask(body, _header[(_headerBytes - KeySize).._headerBytes]);
            Close = body.Length < sizeof(ushort)
                ? CloseFrame.Empty
                : new CloseFrame(BinaryPrimitives.ReadUInt16BigEndian(body), Encoding.UTF8.GetString(body.AsSpan(sizeof(ushort))));
        }

        _headerBytes = 0;
    }

    [InlineArray(Size)]
    private struct Header
    {
        public const int Size = 2 + sizeof(ulong) + KeySize;

        private byte _first;
    }
}
