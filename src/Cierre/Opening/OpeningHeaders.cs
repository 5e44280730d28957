namespace Cierre.Opening;

/// <summary>RFC 6455 11.3 and RFC 9110: the header names and fixed values of the opening handshake.</summary>
internal static class OpeningHeaders
{
    public const string Allow = "Allow";
    public const string Connection = "Connection";
    public const string Upgrade = "Upgrade";
    public const string Key = "Sec-WebSocket-Key";
    public const string Accept = "Sec-WebSocket-Accept";
    public const string Version = "Sec-WebSocket-Version";
    public const string Subprotocol = "Sec-WebSocket-Protocol";
    public const string Extensions = "Sec-WebSocket-Extensions";

    /// <summary>The upgrade token, and the value of :protocol over HTTP/2.</summary>
    public const string WebSocket = "websocket";

    /// <summary>The only version that was ever standardized.</summary>
    public const string Version13 = "13";
}
