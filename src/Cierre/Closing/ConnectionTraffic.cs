namespace Cierre;

/// <summary>Counts what passed over a connection: the evidence that an explanation uses.</summary>
/// <param name="FramesReceived">Frames received, control frames included.</param>
/// <param name="FramesSent">Frames sent, control frames included.</param>
/// <param name="MessagesReceived">Whole messages received.</param>
/// <param name="MessagesSent">Whole messages sent.</param>
/// <param name="PingsSent">Pings sent, keep-alive included.</param>
/// <param name="PongsReceived">Pongs that answered one of our pings.</param>
/// <param name="LastReceived">When the last byte came, counted from the opening; null if nothing came.</param>
/// <param name="LastSent">When the last frame was sent, counted from the opening; null if none was, or nobody counted.</param>
/// <param name="LastSentBytes">The size of the last message sent, in bytes; as far as it was sent, where it was not finished.</param>
/// <param name="LastDataSent">When the last message, or the last piece of one, was sent, counted from the opening; null if none was, or nobody counted.</param>
public sealed record ConnectionTraffic(
    long FramesReceived, long FramesSent, long MessagesReceived, long MessagesSent, long PingsSent, long PongsReceived, TimeSpan? LastReceived,
    TimeSpan? LastSent = null, long LastSentBytes = 0, TimeSpan? LastDataSent = null)
{
    /// <summary>Bytes of whole messages received, without framing and inflated.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes of messages sent, without framing and before compression; an unfinished message counts as far as it was sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Messages that were dropped instead of being sent, because the peer did not read: <see cref="WebSocketConnectionOptions.SlowReader"/>.</summary>
    public long MessagesDropped { get; init; }

    internal static readonly ConnectionTraffic None = new(0, 0, 0, 0, 0, 0, null);
}
