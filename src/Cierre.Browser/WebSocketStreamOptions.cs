using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Sets how a <see cref="WebSocketStream"/> opens. WHATWG WebSockets, WebSocketStreamOptions; <see cref="Connection"/> is an addition of
/// .NET.</summary>
[Experimental("CIERRE001")]
public sealed class WebSocketStreamOptions
{
    /// <summary>The subprotocols to ask for, the preferred one first; default none. Where the server chooses none of them, the opening fails. RFC 6455
    /// 1.9.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Gives the opening up; once the stream is open it does nothing.</summary>
    public CancellationToken Signal { get; init; }

    /// <summary>What no browser lets a page set: headers, credentials, TLS, proxy, keep-alive, limits and times; default null, as they are. Copied by the
    /// constructor.</summary>
    /// <remarks>Subprotocols set in it are refused with an <see cref="ArgumentException"/>: they belong into <see cref="Protocols"/>.
    /// <see cref="BrowserWebSocketOptions.MaxBufferedAmount"/> is not needed: writes wait.</remarks>
    public BrowserWebSocketOptions? Connection { get; init; }

    /// <summary>What the connection is opened with: a copy.</summary>
    /// <exception cref="ArgumentException">A header cannot be part of an opening request, or the connection's options have subprotocols.</exception>
    internal BrowserWebSocketOptions ToConnect(string[] protocols)
    {
        BrowserWebSocketOptions options = (Connection ?? new BrowserWebSocketOptions()).For(protocols);
        options.Validate();
        return options;
    }
}
