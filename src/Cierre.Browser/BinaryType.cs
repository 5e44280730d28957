namespace Cierre.Browser;

/// <summary>Names what a binary message is handed out as. WHATWG WebSockets 3.</summary>
public enum BinaryType
{
    /// <summary>As a <see cref="Cierre.Browser.Blob"/>.</summary>
    Blob = 0,

    /// <summary>As a <see cref="ReadOnlyMemory{T}"/> of bytes.</summary>
    ArrayBuffer = 1,
}
