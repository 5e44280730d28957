using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Turns bytes, however they are split, into headers and unmasked pieces of payload. RFC 6455 5.2.</summary>
/// <remarks>A mutable struct with one owner. Payload is unmasked in place; only a header that is split between pieces is copied.</remarks>
internal struct FrameReader(WebSocketRole role, bool deflates = false)
{
    private PartialHeader _partial;
    private int _partialCount;
    private FrameHeader _header;
    private uint _key;

    /// <summary>The header of the frame that is being read.</summary>
    public readonly FrameHeader Header => _header;

    /// <summary>The bytes of a header that was found invalid, as far as they have come.</summary>
    /// <param name="input">What <see cref="ReadHeader"/> left.</param>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> InvalidHeader(ReadOnlySpan<byte> input) => _partialCount == 0 ? input : ((ReadOnlySpan<byte>)_partial)[.._partialCount];

    /// <summary>Bytes of its payload that have not come yet.</summary>
    public ulong Remaining { get; private set; }

    /// <summary>Takes the bytes of the next header. NeedMoreData: all of the input was taken, or the length is known now and the key has not come.</summary>
    public OperationStatus ReadHeader(ref Memory<byte> input, bool insideMessage, out Violation? violation)
    {
        violation = null;
        if (_partialCount == 0)
        {
            ReadOnlySpan<byte> span = input.Span;
            OperationStatus status = FrameHeader.TryRead(span, role, insideMessage, deflates, out _header, out int size, out violation);
            switch (status)
            {
                case OperationStatus.Done:
                    input = input[size..];
                    Begin();
                    break;
                case OperationStatus.NeedMoreData:
                    span.CopyTo(_partial);
                    _partialCount = span.Length;
                    input = default;
                    break;
            }

            return status;
        }

        while (!input.IsEmpty)
        {
            _partial[_partialCount++] = input.Span[0];
            input = input[1..];
            ReadOnlySpan<byte> partial = ((ReadOnlySpan<byte>)_partial)[.._partialCount];
            OperationStatus status = FrameHeader.TryRead(partial, role, insideMessage, deflates, out _header, out _, out violation);
            if (status == OperationStatus.NeedMoreData && !_header.HasLength) continue;
            if (status == OperationStatus.Done)
            {
                _partialCount = 0;
                Begin();
            }

            return status;
        }

        return OperationStatus.NeedMoreData;
    }

    /// <summary>Takes what there is of the payload, unmasked.</summary>
    public Memory<byte> ReadPayload(ref Memory<byte> input, int most = int.MaxValue)
    {
        int count = (int)Math.Min(Remaining, (ulong)Math.Min(input.Length, most));
        Memory<byte> chunk = input[..count];
        input = input[count..];
        Remaining -= (ulong)count;
        if (_header.Masked) _key = Masking.Apply(chunk.Span, _key);
        return chunk;
    }

    private void Begin()
    {
        Remaining = _header.Length;
        _key = _header.Mask;
    }

    [InlineArray(FrameHeader.MaxSize)]
    private struct PartialHeader
    {
        private byte _first;
    }
}
