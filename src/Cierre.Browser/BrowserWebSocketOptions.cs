using System.Net;
using System.Net.Http;
using System.Net.Security;

namespace Cierre.Browser;

/// <summary>Sets what no browser lets a page set: headers, credentials, TLS, proxy, keep-alive and limits.</summary>
/// <remarks>Copied by the constructor of <see cref="WebSocket"/>. The subprotocols are those of the constructor, and as in a browser the server has to choose
/// one.</remarks>
public sealed class BrowserWebSocketOptions : WebSocketClientOptions
{
    /// <summary>Creates options with the defaults: openings to one address one after the other, as in a browser, and all else as for every client.</summary>
    public BrowserWebSocketOptions() => SerializeOpenings = true;

    /// <summary>Copies options. No later change of one reaches the other: the lists are copied too.</summary>
    /// <param name="other">What is copied; nothing of it is changed.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public BrowserWebSocketOptions(BrowserWebSocketOptions other)
        : base(other)
    {
        Credentials = other.Credentials;
        Proxy = other.Proxy;
        ConfigureTls = other.ConfigureTls;
        MaxBufferedAmount = other.MaxBufferedAmount;
        _configure = other._configure;
    }

    /// <summary>Answers a server's, or a proxy's, demand for credentials; default null, none. For a token, set a header.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>The proxy; default null: the system's.</summary>
    public IWebProxy? Proxy { get; set; }

    /// <summary>Sets up TLS: client certificates, versions, the verdict on the server's certificate; default null, as the platform does.</summary>
    public Action<SslClientAuthenticationOptions>? ConfigureTls { get; set; }

    /// <summary>How many bytes may wait to be sent (<see cref="WebSocket.BufferedAmount"/>); default 64 MiB. A send beyond that drops the connection: error,
    /// then 1006.</summary>
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
        copy.ConfigureHandler = copy.Configure;
        copy._configure = ConfigureHandler;
        return copy;
    }

    private Action<SocketsHttpHandler>? _configure;

    private void Configure(SocketsHttpHandler handler)
    {
        if (Credentials is not null) (handler.Credentials, handler.DefaultProxyCredentials) = (Credentials, Credentials);
        if (Proxy is not null) handler.Proxy = Proxy;
        ConfigureTls?.Invoke(handler.SslOptions);
        _configure?.Invoke(handler);
    }
}
