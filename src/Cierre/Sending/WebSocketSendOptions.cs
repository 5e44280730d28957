namespace Cierre;

/// <summary>What holds for one message that is sent.</summary>
[Flags]
public enum WebSocketSendOptions
{
    /// <summary>Nothing special: the message is compressed where that was agreed on and it is not below the threshold (RFC 7692).</summary>
    None = 0,

    /// <summary>The message is not compressed: for a secret beside text that others choose.</summary>
    DisableCompression = 1,
}
