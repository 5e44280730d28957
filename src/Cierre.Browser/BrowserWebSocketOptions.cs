namespace Cierre.Browser;

/// <summary>Sets what no browser lets a page set: headers, credentials, TLS, proxy, keep-alive and limits.</summary>
/// <remarks>All of it but <see cref="MaxBufferedAmount"/> is what every client has, and does the same where it is given to
/// <see cref="WebSocketConnection.ConnectAsync"/>. The constructor of <see cref="WebSocket"/> copies it. The subprotocols are those of the constructor, and as
/// in a browser the server has to choose one.</remarks>
public sealed class BrowserWebSocketOptions : WebSocketClientOptions
{
    /// <summary>Creates options with the defaults: openings to one address one after the other, as in a browser, and all else as for every client.</summary>
    public BrowserWebSocketOptions() => SerializeOpenings = true;

    /// <summary>Copies options. No later change of one reaches the other: the lists and <see cref="WebSocketConnectionOptions.Compression"/> are copied too;
    /// the clock, the codes, the proxy and the credentials are shared.</summary>
    /// <param name="other">What is copied; nothing of it is changed.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public BrowserWebSocketOptions(BrowserWebSocketOptions other)
        : base(other) => MaxBufferedAmount = other.MaxBufferedAmount;

    /// <summary>How many bytes may wait to be sent (<see cref="WebSocket.BufferedAmount"/>); default 64 MiB. A send beyond that drops the connection: error,
    /// then 1006.</summary>
    /// <remarks>A <see cref="WebSocketConnection"/> and a <see cref="WebSocketStream"/> have no such queue: their sends wait
    /// (<see cref="WebSocketConnectionOptions.SendBufferLimit"/>).</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long MaxBufferedAmount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxBufferedAmount));
            field = value;
        }
    } = 64 * 1024 * 1024;

    /// <summary>What the connection is opened with: a copy.</summary>
    /// <exception cref="ArgumentException">It has subprotocols of its own.</exception>
    internal BrowserWebSocketOptions For(string[] protocols)
    {
        if (Subprotocols.Count != 0)
        {
            throw new ArgumentException(
                "Subprotocols are set in the options of the connection; "
                + "name them in the constructor of WebSocket, or in WebSocketStreamOptions.Protocols, instead.",
                nameof(protocols));
        }

        var copy = new BrowserWebSocketOptions(this) { RequireSubprotocol = true };
        foreach (string protocol in protocols) copy.Subprotocols.Add(protocol);
        return copy;
    }
}
