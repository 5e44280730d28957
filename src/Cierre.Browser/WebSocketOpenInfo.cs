using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Holds what a <see cref="WebSocketStream"/> gives when it is open. WHATWG WebSockets, WebSocketOpenInfo.</summary>
[Experimental("CIERRE001")]
public sealed class WebSocketOpenInfo
{
    internal WebSocketOpenInfo(WebSocketReadable readable, WebSocketWritable writable, string extensions, string protocol) =>
        (Readable, Writable, Extensions, Protocol) = (readable, writable, extensions, protocol);

    /// <summary>What comes: a <see cref="System.Threading.Channels.ChannelReader{T}"/> and an <see cref="IAsyncEnumerable{T}"/>.</summary>
    public WebSocketReadable Readable { get; }

    /// <summary>What goes: a <see cref="System.Threading.Channels.ChannelWriter{T}"/>.</summary>
    public WebSocketWritable Writable { get; }

    /// <summary>The extensions in use, as in <c>Sec-WebSocket-Extensions</c>; empty for none. RFC 6455 9.1.</summary>
    public string Extensions { get; }

    /// <summary>The subprotocol that was agreed on; empty for none. RFC 6455 1.9.</summary>
    public string Protocol { get; }

    /// <summary>Takes both directions apart: <c>var (readable, writable) = await stream.Opened;</c>.</summary>
    /// <param name="readable">What comes.</param>
    /// <param name="writable">What goes.</param>
    public void Deconstruct(out WebSocketReadable readable, out WebSocketWritable writable) => (readable, writable) = (Readable, Writable);
}
