namespace Cierre;

/// <summary>Tells text from binary. RFC 6455 5.6.</summary>
public enum WebSocketMessageKind
{
    /// <summary>UTF-8 text.</summary>
    Text = 1,

    /// <summary>Any bytes.</summary>
    Binary = 2,
}
