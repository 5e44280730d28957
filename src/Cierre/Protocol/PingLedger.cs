using System.Buffers.Binary;

namespace Cierre.Protocol;

/// <summary>The pings that are on their way: each carries a number, and an answer answers all before it. RFC 6455 5.5.3.</summary>
internal struct PingLedger
{
    public const int PayloadSize = sizeof(ulong);

    // A peer that never answers costs no more than this.
    private const int MostOutstanding = 64;

    private Queue<(ulong Number, TimeSpan SentAt)>? _outstanding;
    private ulong _last;

    /// <summary>Numbers a ping and writes its payload.</summary>
    public ulong Next(Span<byte> payload, TimeSpan now)
    {
        _outstanding ??= new Queue<(ulong, TimeSpan)>(1);
        if (_outstanding.Count == MostOutstanding) _outstanding.Dequeue();
        _outstanding.Enqueue((++_last, now));
        BinaryPrimitives.WriteUInt64BigEndian(payload, _last);
        return _last;
    }

    /// <summary>Whether this pong answers a ping of ours; an unsolicited one is ignored.</summary>
    public bool TryAnswer(ReadOnlySpan<byte> payload, TimeSpan now, out ulong number, out TimeSpan roundTrip)
    {
        number = 0;
        roundTrip = default;
        if (payload.Length != PayloadSize || _outstanding is null) return false;
        number = BinaryPrimitives.ReadUInt64BigEndian(payload);
        if (!Contains(number)) return false;
        while (_outstanding.TryDequeue(out (ulong Number, TimeSpan SentAt) ping))
        {
            if (ping.Number != number) continue;
            // Time is that of the batch of input: a peer that guesses the number answers a ping that is younger.
            roundTrip = now < ping.SentAt ? TimeSpan.Zero : now - ping.SentAt;
            break;
        }

        return true;
    }

    private readonly bool Contains(ulong number)
    {
        foreach ((ulong outstanding, _) in _outstanding!)
        {
            if (outstanding == number) return true;
        }

        return false;
    }
}
