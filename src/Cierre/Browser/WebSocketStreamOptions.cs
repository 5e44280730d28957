namespace Cierre.Browser;

/// <summary>Sets how a <see cref="WebSocketStream"/> opens. WHATWG WebSockets, WebSocketStreamOptions; what a browser decides by itself is an addition of .NET.</summary>
public sealed class WebSocketStreamOptions
{
    /// <summary>The subprotocols to ask for, the preferred one first; default none. Where the server chooses none of them, the opening fails. RFC 6455 1.9.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Gives the opening up; once the stream is open it does nothing.</summary>
    public CancellationToken Signal { get; init; }

    internal Action<WebSocketClientOptions>? Setup { get; init; }

    internal WebSocketClientOptions ToConnect(string[] protocols)
    {
        var options = new WebSocketClientOptions { RequireSubprotocol = protocols.Length != 0 };
        foreach (string name in protocols) options.Subprotocols.Add(name);
        Setup?.Invoke(options);
        return options;
    }
}
