namespace Cierre;

/// <summary>Holds what a server must know of a request to judge it: <see cref="WebSocketHandshake.Check"/>. RFC 6455 4.2.1, RFC 8441 5.</summary>
/// <remarks>Each header is a list with the values of its lines, as they came, commas included; empty: it was not sent.</remarks>
public sealed class WebSocketHandshakeRequest
{
    /// <summary>The method, as it came: <c>GET</c> over HTTP/1.1, <c>CONNECT</c> over HTTP/2.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public required string Method { get; init => field = Given(value, nameof(Method)); }

    /// <summary>The HTTP version of the request; default 1.1. From 2.0 on an extended CONNECT is looked for (RFC 8441 5), before it an upgrade (RFC 6455 4.1),
    /// which HTTP/1.0 does not have (RFC 9110 7.8).</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public Version HttpVersion { get; init => field = Given(value, nameof(HttpVersion)); } = System.Net.HttpVersion.Version11;

    /// <summary>The pseudo-header <c>:protocol</c> of an extended CONNECT; null where there is none. RFC 8441 4.</summary>
    public string? ExtendedConnectProtocol { get; init; }

    /// <summary>The address that the request is for, with the scheme <c>ws</c> or <c>wss</c>; null where nobody asks for it. It is judged by no rule, and
    /// becomes <see cref="WebSocketNegotiation.Url"/>.</summary>
    public Uri? Url { get; init; }

    /// <summary>How many <c>Host</c> headers came; default 1. Read over HTTP/1.1 only, where there must be exactly one (RFC 9112 3.2).</summary>
    public int HostHeaderCount { get; init; } = 1;

    /// <summary>Whether content comes with it, or is announced: <c>Content-Length</c>, <c>Transfer-Encoding</c>.</summary>
    public bool HasContent { get; init; }

    /// <summary>The methods that others answer at the same address, in the order of their names: a refused method is told of them. RFC 9110 15.5.6.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> OtherMethods { get; init => field = Given(value, nameof(OtherMethods)); } = [];

    /// <summary>The values of <c>Upgrade</c>, one a header line.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> UpgradeHeaders { get; init => field = Given(value, nameof(UpgradeHeaders)); } = [];

    /// <summary>The values of <c>Connection</c>, one a header line.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> ConnectionHeaders { get; init => field = Given(value, nameof(ConnectionHeaders)); } = [];

    /// <summary>The values of <c>Sec-WebSocket-Key</c>, one a header line. RFC 6455 11.3.1.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> KeyHeaders { get; init => field = Given(value, nameof(KeyHeaders)); } = [];

    /// <summary>The values of <c>Sec-WebSocket-Version</c>, one a header line. RFC 6455 11.3.5.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> VersionHeaders { get; init => field = Given(value, nameof(VersionHeaders)); } = [];

    /// <summary>The values of <c>Sec-WebSocket-Protocol</c>, one a header line. RFC 6455 11.3.4.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> SubprotocolHeaders { get; init => field = Given(value, nameof(SubprotocolHeaders)); } = [];

    /// <summary>The values of <c>Sec-WebSocket-Extensions</c>, one a header line. RFC 6455 11.3.2.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> ExtensionHeaders { get; init => field = Given(value, nameof(ExtensionHeaders)); } = [];

    internal bool IsHttp2 => HttpVersion.Major >= 2;

    private static T Given<T>(T value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }
}
