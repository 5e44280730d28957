namespace Cierre;

/// <summary>Names what can happen to the stream under a connection. In words of TCP; what says the same in TLS and HTTP/2 is meant too.</summary>
public enum WebSocketTraceTransportKind
{
    /// <summary>The peer ended its direction: FIN, close_notify, END_STREAM.</summary>
    EndOfStream = 0,

    /// <summary>The peer, or something in between, reset the connection: RST, RST_STREAM.</summary>
    Reset = 1,

    /// <summary>Reading failed in another way.</summary>
    Fault = 2,

    /// <summary>Sending failed: nothing of ours goes out any more.</summary>
    SendFailed = 3,

    /// <summary>We ended our direction, as a server does after the close frames: FIN, close_notify, END_STREAM.</summary>
    ShutDown = 4,

    /// <summary>We cut the connection: RST, RST_STREAM.</summary>
    Aborted = 5,

    /// <summary>We let go of the connection, which ends our direction where that had not ended: the last event.</summary>
    Closed = 6,
}
