namespace Cierre;

/// <summary>Counts what passed over a connection: the evidence that an explanation uses.</summary>
public sealed record ConnectionTraffic
{
    internal ConnectionTraffic(
        long framesReceived, long framesSent, long messagesReceived, long messagesSent, long pingsSent, long pongsReceived, TimeSpan? lastReceived,
        TimeSpan? lastSent = null, long lastSentBytes = 0, TimeSpan? lastDataSent = null)
    {
        FramesReceived = framesReceived;
        FramesSent = framesSent;
        MessagesReceived = messagesReceived;
        MessagesSent = messagesSent;
        PingsSent = pingsSent;
        PongsReceived = pongsReceived;
        LastReceived = lastReceived;
        LastSent = lastSent;
        LastSentBytes = lastSentBytes;
        LastDataSent = lastDataSent;
    }

    /// <summary>Frames received, control frames included.</summary>
    public long FramesReceived { get; internal init; }

    /// <summary>Frames sent, control frames included.</summary>
    public long FramesSent { get; internal init; }

    /// <summary>Whole messages received.</summary>
    public long MessagesReceived { get; internal init; }

    /// <summary>Whole messages sent.</summary>
    public long MessagesSent { get; internal init; }

    /// <summary>Bytes of whole messages received, without framing and inflated.</summary>
    public long BytesReceived { get; internal init; }

    /// <summary>Bytes of messages sent, without framing and before compression; an unfinished message counts as far as it was sent.</summary>
    public long BytesSent { get; internal init; }

    /// <summary>Messages that were dropped instead of being sent, because the peer did not read:
    /// <see cref="WebSocketConnectionOptions.SlowReaderPolicy"/>.</summary>
    public long MessagesDropped { get; internal init; }

    /// <summary>Pings sent, keep-alive included.</summary>
    public long PingsSent { get; internal init; }

    /// <summary>Pongs that answered one of our pings.</summary>
    public long PongsReceived { get; internal init; }

    /// <summary>When the last byte came, counted from the opening; null if nothing came.</summary>
    public TimeSpan? LastReceived { get; internal init; }

    /// <summary>When the last frame was sent, counted from the opening; null if none was, or nobody counted.</summary>
    public TimeSpan? LastSent { get; internal init; }

    /// <summary>The size of the last message sent, in bytes; as far as it was sent, where it was not finished.</summary>
    public long LastSentBytes { get; internal init; }

    /// <summary>When the last message, or the last piece of one, was sent, counted from the opening; null if none was, or nobody counted.</summary>
    public TimeSpan? LastDataSent { get; internal init; }

    internal static readonly ConnectionTraffic None = new(0, 0, 0, 0, 0, 0, null);
}
