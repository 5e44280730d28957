using System.Diagnostics.CodeAnalysis;
using Cierre.Buffers;
using Cierre.Closing;
using Cierre.Deflate;

namespace Cierre.Protocol;

/// <summary>Joins pieces of payload to messages, inflates them where they are compressed, and holds them to the limits. RFC 6455 5.4, 5.6, 8.1, 10.4; RFC 7692
/// 6.2.</summary>
internal struct MessageReader(ProtocolLimits limits, DeflateTerms? deflate = null) : IDisposable
{
    // What we reserve beyond what has come: a header's promise is believed up to this many times the bytes behind it.
    private const int Trust = 8;
    private const int SmallestPromise = 4 * 1024;

    // What DEFLATE may make of data that it cannot compress: 9 bits a byte at most (RFC 1951 3.2.6), and some for flushes.
    private const int FlushBytes = 1024;

    private readonly MessageInflater? _inflater = deflate is null ? null : new MessageInflater(deflate.Receiving.Takeover, limits.MaxMessageSize);
    private Utf8Validator _utf8;
    private PooledBuffer _assembled;
    private ulong _size;
    private int _fragments;
    private bool _unfinished;

    /// <summary>Text or Binary.</summary>
    public WebSocketOpcode Kind { get; private set; }

    /// <summary>The message is compressed.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>Whether a message was begun and its last frame has not begun: what the next header is checked against.</summary>
    public readonly bool Inside => _unfinished;

    /// <summary>The size of the message as far as its headers, or what was inflated, tell.</summary>
    public readonly long Size => IsCompressed ? _inflater!.Size : (long)_size;

    /// <summary>Bytes held of a message that is not whole.</summary>
    public readonly int Held => _assembled.Length;

    /// <summary>Whether a message of this many more bytes would be over the limit.</summary>
    public readonly Violation? CheckSize(in FrameHeader header)
    {
        bool begins = header.Opcode != WebSocketOpcode.Continuation;
        ulong size = (begins ? 0 : _size) + header.Length;
        if (begins ? header.Rsv1 : IsCompressed)
        {
            // What it inflates to is counted while it is inflated.
            ulong most = (ulong)limits.MaxMessageSize + (ulong)limits.MaxMessageSize / 8 + FlushBytes;
            return size > most ? Violations.CompressedTooBig(size, limits.MaxMessageSize) : null;
        }

        return size > (ulong)limits.MaxMessageSize ? Violations.MessageTooBig(size, limits.MaxMessageSize) : null;
    }

    /// <summary>Begins a data frame, the size of which was checked.</summary>
    public Violation? Begin(in FrameHeader header)
    {
        if (header.Opcode != WebSocketOpcode.Continuation)
        {
            Kind = header.Opcode;
            IsCompressed = header.Rsv1;
            if (IsCompressed) _inflater!.Begin();
            _utf8 = default;
            _size = 0;
            _fragments = 0;
        }

        _size += header.Length;
        _fragments++;
        _unfinished = !header.Fin;
        if (header.Opcode != WebSocketOpcode.Continuation && limits.AcceptedKind is { } only
            && only != header.Opcode) return Violations.KindNotAccepted(header.Opcode.Word(), only.Word());
        return _fragments > limits.MaxFragments ? Violations.TooManyFragments(limits.MaxFragments) : null;
    }

    /// <summary>Checks a piece; <paramref name="last"/>: it ends the message.</summary>
    public Violation? Check(ReadOnlySpan<byte> piece, bool last)
    {
        if (Kind != WebSocketOpcode.Text) return null;
        if (!_utf8.Advance(piece, out long offset, out byte value)) return Violations.TextNotUtf8(offset, value);
        return last && !_utf8.AtBoundary ? Violations.TextEndsInCodePoint(Size) : null;
    }

    /// <summary>Inflates a piece of a compressed message, keeps what it gives, and checks that. <paramref name="last"/>: it ends the message.</summary>
    public Violation? Inflate(ReadOnlyMemory<byte> piece, bool last)
    {
        int before = _assembled.Length;
        Violation? violation = _inflater!.Inflate(piece, last, ref _assembled);
        // What came out before counts first, however the message was split.
        return Check(_assembled.Span[before..], last && violation is null) ?? violation;
    }

    /// <summary>Keeps a piece of a message that is not whole yet; <paramref name="promised"/>: how much more the frame's header announces.</summary>
    public Violation? Keep(ReadOnlySpan<byte> piece, ulong promised)
    {
        if (piece.IsEmpty) return null;
        // What nobody reads as a stream has to fit one array, whatever the limit says.
        if (_assembled.Length > Array.MaxLength - piece.Length) return Violations.MessageTooBig(_size, Array.MaxLength);
        if (_assembled.IsEmpty) _assembled.Reserve((int)Math.Min((ulong)piece.Length + promised, (ulong)Math.Max(SmallestPromise, Trust * (long)piece.Length)));
        _assembled.Append(piece);
        return null;
    }

    /// <summary>What is held, for whoever takes it.</summary>
    [UnscopedRef]
    public ref PooledBuffer Assembled => ref _assembled;

    public void Release() => _assembled.Release();

    /// <summary>No message comes any more.</summary>
    public void Dispose()
    {
        _assembled.Release();
        _inflater?.Dispose();
    }
}
