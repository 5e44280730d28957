using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using Cierre.Connections;

namespace Cierre;

/// <summary>Sets how a client opens its connection, beside the limits and times of every connection.</summary>
public class WebSocketClientOptions : WebSocketConnectionOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public WebSocketClientOptions() { }

    /// <summary>Copies options. No later change of one reaches the other: the lists and <see cref="WebSocketConnectionOptions.Compression"/> are copied too;
    /// the clock, the codes, the proxy, the credentials and the event loops are shared.</summary>
    /// <param name="other">What is copied; nothing of it is changed.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public WebSocketClientOptions(WebSocketClientOptions other)
        : base(other)
    {
        (Subprotocols, RequiredExtensions, Headers) = ([.. other.Subprotocols], [.. other.RequiredExtensions], [.. other.Headers]);
        RequireSubprotocol = other.RequireSubprotocol;
        HttpVersion = other.HttpVersion;
        ConnectTimeout = other.ConnectTimeout;
        SerializeOpenings = other.SerializeOpenings;
        FollowRedirects = other.FollowRedirects;
        Credentials = other.Credentials;
        Proxy = other.Proxy;
        ConfigureTls = other.ConfigureTls;
        ConfigureHandler = other.ConfigureHandler;
        EventLoops = other.EventLoops;
        Dialer = other.Dialer;
    }

    /// <summary>The subprotocols to ask for, the preferred one first; tokens of RFC 9110, none twice. Default: none. RFC 6455 1.9.</summary>
    public IList<string> Subprotocols { get; private set; } = [];

    /// <summary>Whether the opening fails (<see cref="CloseCause.BadHandshake"/>) where the server chooses none of <see cref="Subprotocols"/>; default
    /// false.</summary>
    public bool RequireSubprotocol { get; set; }

    /// <summary>The extensions that the server has to accept, by name, none twice; default: none. Where one is missing, the opening fails
    /// (<see cref="CloseCause.ExtensionMissing"/>) and the server is told with 1010 and this list. RFC 6455 7.4.1.</summary>
    /// <remarks>Naming an extension does not offer it: that is for the options of the extension itself.</remarks>
    public IList<string> RequiredExtensions { get; private set; } = [];

    /// <summary>Further headers of the opening request, in their order; their values are visible ASCII, spaces and tabs. RFC 9110 5.5.</summary>
    /// <remarks>What the handshake has itself cannot be set: <c>Sec-WebSocket-*</c>, <c>Connection</c>, <c>Upgrade</c>, <c>Transfer-Encoding</c>,
    /// <c>Trailer</c>.</remarks>
    public IList<KeyValuePair<string, string>> Headers { get; private set; } = [];

    /// <summary>The HTTP version of the opening: 1.1 (default), or 2.0, which falls back to 1.1 where the server does not offer it. RFC 8441.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither 1.1 nor 2.0.</exception>
    public Version HttpVersion
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(HttpVersion));
            if (value != System.Net.HttpVersion.Version11 && value != System.Net.HttpVersion.Version20)
            {
                throw new ArgumentOutOfRangeException(nameof(HttpVersion), value, "1.1 or 2.0.");
            }

            field = value;
        }
    } = System.Net.HttpVersion.Version11;

    /// <summary>How long the whole opening may take, from name resolution to the server's answer; default 15 s.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.</summary>
    /// <remarks>It does not begin anew: the wait of <see cref="SerializeOpenings"/>, redirects, and a second request in HTTP/1.1 after one in HTTP/2 are part
    /// of it. Where a required extension is missing, the closing handshake comes on top, at most
    /// <see cref="WebSocketConnectionOptions.CloseTimeout"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan ConnectTimeout
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(ConnectTimeout));
    } = TimeSpan.FromSeconds(15);

    /// <summary>Whether this opening waits until no other that says so is connecting to the same address and port; default false, and true for the browser's
    /// API. RFC 6455 4.1, step 2.</summary>
    /// <remarks>
    /// The standard asks it of every client, so that a page cannot flood a server with handshakes. A gateway, a fleet of devices or a load test opens thousands
    /// of connections to one address, and each would wait for the one before. The wait is part of the opening, which <see cref="ConnectTimeout"/> bounds as a
    /// whole: of many openings at once to a server that is slow to answer, the last may end so. Through a proxy, and with a dial of your own, the address is
    /// not known; there the name in the URL counts.
    /// </remarks>
    public bool SerializeOpenings { get; set; }

    /// <summary>Whether redirects are followed, never from wss to ws; default false: an answer of 3xx fails the opening. RFC 9110 15.4.</summary>
    /// <remarks>What an application says to the origin of its URL (scheme, host and port) is not said to another: <see cref="Headers"/> stay behind there, such
    /// as Authorization, Cookie, Proxy-Authorization and Host, but for User-Agent and Via, and so do the user name and password of the URL and
    /// <see cref="Credentials"/>, unless they are a <see cref="CredentialCache"/>, which says for itself whom they are for. Within the origin all of it goes
    /// along.
    /// Subprotocols go to any, so they are no place for a token; and a client certificate is shown to whoever asks for one, unless a
    /// <see cref="SslClientAuthenticationOptions.LocalCertificateSelectionCallback"/> looks at the host.</remarks>
    public bool FollowRedirects { get; set; }

    /// <summary>Answers a server's demand for credentials, and a proxy's where the proxy brings none of its own; default null, none. For a token, set a
    /// header. RFC 9110 11.</summary>
    /// <remarks>The user name and the password of the URL, where it has them, come before for the URL's own server.</remarks>
    public ICredentials? Credentials { get; set; }

    /// <summary>The proxy; default null: the system's.</summary>
    public IWebProxy? Proxy { get; set; }

    /// <summary>Sets up TLS: client certificates, versions, the verdict on the server's certificate; default null, as the platform does. Called once for each
    /// opening, with options that are of this opening alone.</summary>
    public Action<SslClientAuthenticationOptions>? ConfigureTls { get; set; }

    /// <summary>Sets up what else the HTTP handler of this connection has, such as cookies, a dial of your own, or no proxy at all; default null. Called once
    /// for each opening, behind <see cref="Credentials"/>, <see cref="Proxy"/> and <see cref="ConfigureTls"/>: what is set here counts.</summary>
    /// <remarks>A certificate callback set here decides; without one the platform's verdict stands.</remarks>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; set; }

    /// <summary>Event loops that read this connection's socket; default null: the connection waits for its socket by itself. Without TLS and over HTTP/1.1
    /// alone, and where no proxy and no stream of the application's own stands in between; elsewhere they change nothing.</summary>
    /// <remarks>What follows an await of the connection runs on the loop, as far as it does not wait for anything else. The loops are shared by the
    /// connections and are not the connection's to end.</remarks>
    public WebSocketEventLoops? EventLoops { get; set; }

    /// <summary>How names and addresses are reached; a test's own stands in for the operating system.</summary>
    internal Client.Dialer Dialer { get; set; } = Client.Dialer.OfTheSystem;

    /// <summary>Tells why a header cannot be part of an opening request.</summary>
    /// <param name="name">The header.</param>
    /// <param name="value">Its value.</param>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>. English where a text is missing.</param>
    /// <returns>One sentence that says what is wrong with it; null where it can be sent. RFC 9110 5.5, RFC 6455 4.1.</returns>
    /// <exception cref="ArgumentNullException">No name, or no value.</exception>
    public static string? GetHeaderError(string name, string value, CultureInfo? culture = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        return Client.RequestHeaders.FaultOf(name, value, culture ?? CultureInfo.CurrentUICulture);
    }

    /// <summary>Checks what no single option can tell, as an opening does before its first byte: <see cref="Subprotocols"/>, <see cref="RequiredExtensions"/>
    /// and <see cref="Headers"/>.</summary>
    /// <exception cref="ArgumentException">A subprotocol or a required extension is not a token or is there twice; a header cannot be part of an opening
    /// request.</exception>
    public virtual void Validate() => CheckOpening();

    /// <summary>What each opening is checked for: what a sequence of openings has beside, it checks once, when it begins.</summary>
    internal void CheckOpening()
    {
        Opening.Subprotocols.Validate([.. Subprotocols]);
        Client.RequiredExtensions.Validate(RequiredExtensions);
        Client.RequestHeaders.Check(Headers);
    }

    /// <summary>Copies these options, with one header set to another value: new credentials, for instance.</summary>
    /// <param name="name">The header; all of its name, in any case of letters, are replaced by one.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The copy, of the same type, which no later change of these options reaches; what a copy constructor shares, it shares.</returns>
    public WebSocketClientOptions WithHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        WebSocketClientOptions copy = Copy();
        copy.Headers = [.. Headers.Where(header => !header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)), new(name, value)];
        return copy;
    }

    /// <summary>A copy of the same type, whatever else that has, with lists of its own; whoever adds a list to the options adds it here.</summary>
    private protected virtual WebSocketClientOptions Copy()
    {
        var copy = (WebSocketClientOptions)MemberwiseClone();
        (copy.Subprotocols, copy.RequiredExtensions, copy.Headers) = ([.. Subprotocols], [.. RequiredExtensions], [.. Headers]);
        copy.Compression = Compression is { } compression ? new DeflateOptions(compression) : null;
        return copy;
    }
}
