namespace Cierre;

/// <summary>Says what becomes of a message for a peer that does not read, once <see cref="WebSocketConnectionOptions.SendBufferLimit"/> is reached.</summary>
public enum SlowReaderPolicy
{
    /// <summary>Its sender waits: awaiting a send is backpressure. A broadcast waits as well, at most the
    /// <see cref="WebSocketConnectionOptions.BroadcastTimeout"/>, and
    /// closes a connection with 1008 that has no room by then: nothing is left out in silence.</summary>
    Wait = 0,

    /// <summary>It is taken, and the oldest messages that have not begun to go out are dropped for it. A send waits for nothing. What is dropped is counted:
    /// <see cref="ConnectionTraffic.MessagesDropped"/>.</summary>
    DropOldest = 1,

    /// <summary>The connection is closed with 1008, and its reason names the numbers. A send waits for nothing.</summary>
    Close = 2,
}
