namespace Cierre;

/// <summary>Says what a frame is. RFC 6455 5.2, 11.8.</summary>
/// <remarks>A frame that was refused may have one of the values without a name: 3-7 and 11-15 are reserved.</remarks>
public enum WebSocketOpcode : byte
{
    /// <summary>A further fragment of a message.</summary>
    Continuation = 0,

    /// <summary>A message of text, or its first fragment.</summary>
    Text = 1,

    /// <summary>A binary message, or its first fragment.</summary>
    Binary = 2,

    /// <summary>The close frame.</summary>
    Close = 8,

    /// <summary>A ping.</summary>
    Ping = 9,

    /// <summary>A pong.</summary>
    Pong = 10,
}
