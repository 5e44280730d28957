namespace Cierre.Protocol;

/// <summary>What passed on a connection, and when last.</summary>
/// <remarks>A mutable struct with one owner.</remarks>
internal struct TrafficCounters
{
    private long _framesReceived, _framesSent, _pingsSent, _pongsReceived, _messagesDropped;
    private TimeSpan? _lastReceived, _lastSent, _lastDataSent;
    private long _lastSentBytes;

    /// <summary>Bytes of messages, without framing and before compression, written into the output so far.</summary>
    public long PayloadWritten { get; private set; }

    /// <summary>The same of what came, after decompression.</summary>
    public long PayloadRead { get; private set; }

    public long MessagesReceived { get; private set; }

    public long MessagesSent { get; private set; }

    public readonly ConnectionTraffic Total =>
        new(_framesReceived, _framesSent, MessagesReceived, MessagesSent, _pingsSent, _pongsReceived, _lastReceived, _lastSent, _lastSentBytes, _lastDataSent)
    {
        BytesReceived = PayloadRead,
        BytesSent = PayloadWritten,
        MessagesDropped = _messagesDropped,
    };

    public void BytesCame(TimeSpan now) => _lastReceived = now;

    public void FrameCame() => _framesReceived++;

    public void MessageCame(long payload)
    {
        MessagesReceived++;
        PayloadRead += payload;
    }

    public void PongCame() => _pongsReceived++;

    public void ControlSent(TimeSpan now)
    {
        _framesSent++;
        _lastSent = now;
    }

    public void PingSent() => _pingsSent++;

    /// <summary>Counts a message or a fragment of one, which left in so many frames.</summary>
    public void DataSent(int frames, int payload, bool first, bool last, TimeSpan now)
    {
        _framesSent += frames;
        _lastSent = _lastDataSent = now;
        _lastSentBytes = first ? payload : _lastSentBytes + payload;
        PayloadWritten += payload;
        if (last) MessagesSent++;
    }

    /// <summary>Counts a frame of a message that was framed elsewhere; its payload counts with the last.</summary>
    public void FrameSent(FramedMessage message, bool last, TimeSpan now)
    {
        _framesSent++;
        _lastSent = _lastDataSent = now;
        if (!last) return;
        _lastSentBytes = message.Payload;
        PayloadWritten += message.Payload;
        MessagesSent++;
    }

    public void MessagesDropped(int count) => _messagesDropped += count;
}
