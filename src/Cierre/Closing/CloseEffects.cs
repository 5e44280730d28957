namespace Cierre.Closing;

/// <summary>What a move of <see cref="CloseHandshake"/> asks of whoever drives the connection, in the order in which it is done.</summary>
[Flags]
internal enum CloseEffects : ushort
{
    None = 0,

    /// <summary>Our close frame, <see cref="CloseHandshake.Ours"/>, is written before anything that still waits.</summary>
    WriteClose = 1,

    /// <summary>No message follows: what waits to be sent fails.</summary>
    DropQueued = 2,

    /// <summary>The messages that have not begun fail; one that has is finished.</summary>
    TakeBackQueued = 4,

    /// <summary>No pong is read any more: what waits for one fails.</summary>
    DropPings = 8,

    /// <summary>Our close frame goes out behind the messages that wait.</summary>
    QueueClose = 16,

    /// <summary>The application learns that the connection closes, and what the peer sends is still handed out.</summary>
    Announce = 32,

    /// <summary>No further message is handed out, and the application learns that the connection closes.</summary>
    EndReceiving = 64,

    /// <summary>Nothing is read until <see cref="ReadOn"/>.</summary>
    StopReading = 128,

    /// <summary>What the peer sends is read, whether or not the application reads: no backlog may hide its close frame.</summary>
    ReadOn = 256,

    /// <summary>A server ends its direction of the stream behind what is written; a client waits for that. RFC 6455 7.1.1.</summary>
    EndSendingFirst = 512,

    /// <summary>Our direction of the stream ends behind what is written, in either role. RFC 6455 7.1.7.</summary>
    EndSending = 1024,

    /// <summary>Our close frame is out: whoever waits for that is told.</summary>
    ReportSent = 2048,

    /// <summary>The record is final: the transport is let go, and the end is told.</summary>
    Release = 4096,
}
