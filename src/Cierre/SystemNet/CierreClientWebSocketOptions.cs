using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace Cierre;

/// <summary>Has the members of <see cref="ClientWebSocketOptions"/>, so that a program recompiles, and <see cref="Cierre"/> beside them for what those cannot
/// say.</summary>
/// <remarks>They are read when the opening begins; a change after that throws <see cref="InvalidOperationException"/>, as there.</remarks>
public sealed class CierreClientWebSocketOptions
{
    private readonly List<KeyValuePair<string, string>> _headers = [];
    private readonly List<string> _subprotocols = [];
    private bool _isFixed;

    internal CierreClientWebSocketOptions() { }

    /// <summary>What is Cierre's own: limits, times, trace, close codes. Headers, subprotocols, version and handler are said by the members beside
    /// it.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public WebSocketClientOptions Cierre
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Set(ref field, value);
        }
    } = new();

    /// <summary>The HTTP version to ask for; default 1.1.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public Version HttpVersion
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Set(ref field, value);
        }
    } = System.Net.HttpVersion.Version11;

    /// <summary>How strictly <see cref="HttpVersion"/> is meant; default <see cref="HttpVersionPolicy.RequestVersionOrLower"/>. A server that does not speak
    /// HTTP/2
    /// is asked in HTTP/1.1 again, which no other policy allows: with <see cref="HttpVersionPolicy.RequestVersionExact"/> or
    /// <see cref="HttpVersionPolicy.RequestVersionOrHigher"/> and 2.0 the opening is refused by name.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public HttpVersionPolicy HttpVersionPolicy { get; set => Set(ref field, value); } = HttpVersionPolicy.RequestVersionOrLower;

    /// <summary>Whether the credentials of the process are used; default false.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public bool UseDefaultCredentials
    {
        get;
        set
        {
            Set(ref field, value);
            Credentials = value ? CredentialCache.DefaultCredentials : null;
        }
    }

    /// <summary>The credentials for the server's 401; default null.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public ICredentials? Credentials { get; set => Set(ref field, value); }

    /// <summary>The proxy; default that of the system, null for none.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public IWebProxy? Proxy { get; set => Set(ref field, value); } = HttpClient.DefaultProxy;

    /// <summary>The client's certificates; default none.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public X509CertificateCollection ClientCertificates
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Set(ref field, value);
        }
    } = [];

    /// <summary>Judges the server's certificate; default null, the platform's verdict.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public RemoteCertificateValidationCallback? RemoteCertificateValidationCallback { get; set => Set(ref field, value); }

    /// <summary>The cookies that are sent, and where those of the answer go; default null.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public CookieContainer? Cookies { get; set => Set(ref field, value); }

    /// <summary>How often a ping is sent; default 30 s as there, zero or infinite for never. Where <see cref="Cierre"/> sets
    /// <see cref="WebSocketConnectionOptions.PingInterval"/>, that counts.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public TimeSpan KeepAliveInterval { get; set => Set(ref field, value); } = WebSocket.DefaultKeepAliveInterval;

    /// <summary>How long the server may stay silent after a ping; default infinite, which leaves it to
    /// <see cref="WebSocketConnectionOptions.PingTimeout"/>.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public TimeSpan KeepAliveTimeout { get; set => Set(ref field, value); } = Timeout.InfiniteTimeSpan;

    /// <summary>How messages are compressed; default null: not at all. RFC 7692.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public WebSocketDeflateOptions? DangerousDeflateOptions { get; set => Set(ref field, value); }

    /// <summary>Whether <see cref="CierreClientWebSocket.HttpStatusCode"/> and <see cref="CierreClientWebSocket.HttpResponseHeaders"/> are kept; default
    /// false.</summary>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public bool CollectHttpResponseDetails { get; set => Set(ref field, value); }

    /// <summary>Sets a header of the opening request; null as the value removes it.</summary>
    /// <param name="headerName">Its name.</param>
    /// <param name="headerValue">Its value.</param>
    /// <exception cref="ArgumentException">The header cannot be part of an opening request.</exception>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public void SetRequestHeader(string headerName, string? headerValue)
    {
        ArgumentNullException.ThrowIfNull(headerName);
        CheckNotFixed();
        string? fault = headerValue is null ? null : WebSocketClientOptions.GetHeaderError(headerName, headerValue, CultureInfo.InvariantCulture);
        if (fault is not null) throw new ArgumentException(fault, nameof(headerValue));
        _headers.RemoveAll(header => header.Key.Equals(headerName, StringComparison.OrdinalIgnoreCase));
        if (headerValue is not null) _headers.Add(new(headerName, headerValue));
    }

    /// <summary>Adds a subprotocol to ask for. RFC 6455 1.9.</summary>
    /// <param name="subProtocol">A token that was not added before.</param>
    /// <exception cref="ArgumentException">It is none, or was added before.</exception>
    /// <exception cref="InvalidOperationException">The opening has begun.</exception>
    public void AddSubProtocol(string subProtocol)
    {
        ArgumentNullException.ThrowIfNull(subProtocol);
        CheckNotFixed();
        Opening.Subprotocols.Validate([.. _subprotocols, subProtocol]);
        _subprotocols.Add(subProtocol);
    }

    /// <summary>Has no effect, as in the framework since .NET Core: the sizes are chosen here.</summary>
    /// <param name="receiveBufferSize">Not used.</param>
    /// <param name="sendBufferSize">Not used.</param>
    [Obsolete("SetBuffer has no effect: a connection of Cierre holds no buffer while it waits. Remove the call.")]
    public void SetBuffer(int receiveBufferSize, int sendBufferSize) => CheckNotFixed();

    /// <summary>Has no effect, as in the framework since .NET Core: the sizes are chosen here.</summary>
    /// <param name="receiveBufferSize">Not used.</param>
    /// <param name="sendBufferSize">Not used.</param>
    /// <param name="buffer">Not used.</param>
    [Obsolete("SetBuffer has no effect: a connection of Cierre holds no buffer while it waits. Remove the call.")]
    public void SetBuffer(int receiveBufferSize, int sendBufferSize, ArraySegment<byte> buffer) => CheckNotFixed();

    /// <summary>What an opening goes by; no later change reaches it.</summary>
    /// <exception cref="NotSupportedException">The policy of the version is one that an opening does not keep.</exception>
    internal WebSocketClientOptions Fix()
    {
        if (HttpVersion.Major > 1 && HttpVersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
        {
            throw new NotSupportedException(
                $"{nameof(HttpVersionPolicy)} is {HttpVersionPolicy}: an opening in HTTP/2 falls back to HTTP/1.1 where the server does not offer it, "
                + $"so only {HttpVersionPolicy.RequestVersionOrLower} can be kept.");
        }

        _isFixed = true;
        var options = new WebSocketClientOptions(Cierre)
        {
            HttpVersion = HttpVersion.Major > 1 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
        };
        options.ReadByHand(KeepAliveInterval, KeepAliveTimeout);
        foreach (KeyValuePair<string, string> header in _headers) options.Headers.Add(header);
        foreach (string subprotocol in _subprotocols) options.Subprotocols.Add(subprotocol);
        options.Compression ??= Compression();
        Action<SocketsHttpHandler>? own = Cierre.ConfigureHandler;
        options.ConfigureHandler = handler =>
        {
            ConfigureHandler(handler);
            own?.Invoke(handler);
        };
        return options;
    }

    private void ConfigureHandler(SocketsHttpHandler handler)
    {
        handler.Credentials = Credentials;
        handler.UseProxy = Proxy is not null;
        handler.Proxy = Proxy;
        handler.UseCookies = Cookies is not null;
        if (Cookies is not null) handler.CookieContainer = Cookies;
        if (ClientCertificates.Count > 0) handler.SslOptions.ClientCertificates = ClientCertificates;
        if (RemoteCertificateValidationCallback is not null) handler.SslOptions.RemoteCertificateValidationCallback = RemoteCertificateValidationCallback;
    }

    private DeflateOptions? Compression() => DangerousDeflateOptions is not { } deflate ? null : new DeflateOptions
    {
        ClientMaxWindowBits = deflate.ClientMaxWindowBits,
        ClientContextTakeover = deflate.ClientContextTakeover,
        ServerMaxWindowBits = deflate.ServerMaxWindowBits,
        ServerContextTakeover = deflate.ServerContextTakeover,
    };

    private void Set<T>(ref T field, T value)
    {
        CheckNotFixed();
        field = value;
    }

    private void CheckNotFixed()
    {
        if (_isFixed) throw new InvalidOperationException("The opening has begun, and nothing of it can be changed any more.");
    }
}
