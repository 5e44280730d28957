using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>What one side of a session counts: the messages that it sent and received since the session began, through all its connections.</summary>
/// <remarks>
/// A mutable struct with one owner. Both sides count alike: messages have no numbers on the wire, because a connection loses none in its middle. A message is
/// acknowledged when the application has asked for the next one, together with others.
/// </remarks>
internal struct MessageLedger(ResumeLimits limits)
{
    private const int MostMessagesWaiting = 32;
    private const int MostBytesWaiting = 16 * 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

    private MessageTail _tail;
    private long _acknowledged;
    private long _bytesReceived, _bytesTaken, _bytesAcknowledged;
    private TimeSpan? _waitsSince;

    /// <summary>How much either side may send ahead. A client learns it from the server.</summary>
    public ResumeLimits Limits { get; set; } = limits;

    /// <summary>The messages that the peer has not acknowledged.</summary>
    public readonly long Unacknowledged => _tail.Count;

    /// <summary>The bytes of their payloads.</summary>
    public readonly long UnacknowledgedBytes => _tail.Bytes;

    /// <summary>Of the messages that were sent.</summary>
    public readonly long Sent => _tail.Last;

    /// <summary>Of those, how many the peer has taken, as far as is known.</summary>
    public readonly long SentAndTaken => _tail.Acknowledged;

    /// <summary>Of the messages that came.</summary>
    public long Received { get; private set; }

    /// <summary>Of those, how many the application has taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Whether a message of so many bytes may be sent now.</summary>
    public readonly bool HasRoom(int bytes) => Limits.HasRoom(_tail.Count, _tail.Bytes, bytes);

    /// <summary>When an acknowledgement is due; MaxValue: none is.</summary>
    public readonly TimeSpan AcknowledgementDue => _waitsSince is { } since ? since + LongestWait : TimeSpan.MaxValue;

    /// <summary>Counts a message that is sent and keeps it, and returns it as it goes out.</summary>
    public ReadOnlySpan<byte> Send(WebSocketOpcode kind, ReadOnlySpan<byte> payload, bool compressible = true) => _tail.Add(kind, payload, compressible);

    /// <summary>Counts a message that came.</summary>
    /// <param name="isHeldToLimits">Whether the peer must wait for acknowledgements.</param>
    public Violation? Receive(int bytes, bool isHeldToLimits)
    {
        if (isHeldToLimits && !Limits.HasRoom(Received - _acknowledged, _bytesReceived - _bytesAcknowledged, bytes)) return Violations.ResumeWindowExceeded();
        Received++;
        _bytesReceived += bytes;
        return null;
    }

    /// <summary>The application has taken what came, but for so many messages and bytes.</summary>
    /// <returns>Whether the acknowledgement is due at once.</returns>
    public bool TakeAllBut(int messages, long bytes, TimeSpan now)
    {
        long taken = Received - messages;
        if (taken <= Taken) return false;
        Taken = taken;
        _bytesTaken = _bytesReceived - bytes;
        _waitsSince ??= now;
        // A window that is small would be used up before.
        return Taken - _acknowledged >= Math.Min(MostMessagesWaiting, Math.Max(1, Limits.Messages / 2))
            || _bytesTaken - _bytesAcknowledged >= Math.Min(MostBytesWaiting, Limits.Bytes / 2);
    }

    /// <summary>Returns how many messages are taken, for the peer to be told.</summary>
    public long Acknowledge()
    {
        _acknowledged = Taken;
        _bytesAcknowledged = _bytesTaken;
        _waitsSince = null;
        return Taken;
    }

    /// <summary>The peer says how many it has taken.</summary>
    public Violation? Acknowledged(long count)
    {
        if (count > _tail.Last) return Violations.ResumeAcknowledgedTooMany(count, _tail.Last);
        if (count < _tail.Acknowledged) return Violations.ResumeAcknowledgedBackwards(count, _tail.Acknowledged);
        _tail.DropThrough(count);
        return null;
    }

    /// <summary>Whether a connection can go on where the peer says that it is: it has got so many of ours, and knows that so many of its own were
    /// taken.</summary>
    public readonly bool Continues(long got, long acknowledged) => got >= _tail.Acknowledged && got <= _tail.Last && acknowledged <= Taken;

    /// <summary>A new connection goes on: what told the peer that its messages were taken may be lost with the last one.</summary>
    /// <param name="got">How many of ours the peer has got.</param>
    /// <returns>What it has not got.</returns>
    public MessageTail.Reader Resume(long got, TimeSpan now)
    {
        if (Taken > 0) _waitsSince ??= now;
        return _tail.After(got);
    }

    /// <summary>The session is over.</summary>
    public void Release() => _tail.Release();
}
