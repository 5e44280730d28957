using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Opens a WebSocket whose messages are read and written as streams, with backpressure both ways.</summary>
/// <remarks>
/// <para>The WebSocketStream of the WHATWG WebSockets standard's proposal. Promises are tasks, the abort signal is a <see cref="CancellationToken"/>, the
/// readable stream is a channel reader, the writable stream a channel writer.</para>
/// <para><c>System.Net.WebSockets</c> has a type of this name. Where a file uses both namespaces: <c>using WebSocketStream =
/// Cierre.Browser.WebSocketStream;</c>.</para>
/// <para>A stream that nothing refers to any more (nor to its readable or writable) closes with an empty close frame when the garbage collector finds it,
/// unless its opening or its end is awaited or data waits to be sent. Whoever has read <see cref="Opened"/> or <see cref="Closed"/> is taken to await
/// it.</para>
/// </remarks>
/// <example><code>
/// await using var stream = new WebSocketStream("wss://example.org/feed");
/// var (readable, writable) = await stream.Opened;
/// await writable.WriteAsync("hello");
/// await foreach (var chunk in readable) Console.WriteLine(chunk.Text);
/// var (code, reason) = await stream.Closed;
/// </code></example>
[SuppressMessage("Naming", "CA1711", Justification = "The standard's name.")]
[Experimental("CIERRE001")]
public sealed class WebSocketStream : IAsyncDisposable
{
    private readonly StreamRoot _root;
    private readonly Task<WebSocketOpenInfo> _opened;

    /// <summary>Creates a stream, which at once begins to connect.</summary>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="options">Subprotocols, the signal and what a browser decides by itself; null for none.</param>
    /// <exception cref="DomException"><c>SyntaxError</c>: the URL is none, is relative, has another scheme or a fragment; or a subprotocol is not a token
    /// or is there twice in any ASCII case.</exception>
    /// <exception cref="ArgumentException">A header of the options cannot be part of an opening request.</exception>
    public WebSocketStream(string url, WebSocketStreamOptions? options = null)
    {
        options ??= new WebSocketStreamOptions();
        // 1 and 2. The URL record; .NET has no base URL.
        UrlRecord record = UrlRecord.Parse(url);
        // 3 and 4. The subprotocols, each once.
        string[] protocols = UrlRecord.Subprotocols(options.Protocols);
        // 5.
        Url = record.Href;
        // 6-10. The promises, backpressure, the signal, the connection.
        _root = new StreamRoot(new StreamConnection(record, options.ToConnect(protocols), options.Signal));
        _opened = _root.Connection.Open(_root);
    }

    /// <summary>The URL, as the URL standard serializes it.</summary>
    public string Url { get; }

    /// <summary>Completes when the stream is open, with what to read from and to write to.</summary>
    /// <remarks>Fails with a <see cref="WebSocketError"/> where the opening failed (<see cref="WebSocketError.Record"/> says why), and is cancelled where the
    /// signal was aborted before.</remarks>
    public Task<WebSocketOpenInfo> Opened
    {
        get
        {
            _root.HoldUntilOpened();
            return _opened;
        }
    }

    /// <summary>Completes when the connection is closed, with code and reason where that was clean. RFC 6455 7.1.4.</summary>
    /// <remarks>Fails with a <see cref="WebSocketError"/> where it was not, code 1006 or 1015 where it never was open; is cancelled as <see cref="Opened"/>
    /// is.</remarks>
    public Task<WebSocketCloseInfo> Closed
    {
        get
        {
            _root.HoldUntilClosed();
            return _root.Connection.Closed;
        }
    }

    /// <summary>Closes, behind what was written; fails the opening of a stream that is not open yet. A second close changes nothing.</summary>
    /// <param name="closeInfo">The code, 1000 or 3000-4999, and the reason, at most 123 bytes of UTF-8. Null or neither: an empty close frame, which both sides
    /// see as 1005; a reason alone is given the code 1000.</param>
    /// <exception cref="DomException"><c>InvalidAccessError</c>: the code is neither 1000 nor 3000-4999; <c>SyntaxError</c>: the reason is too
    /// long.</exception>
    public void Close(WebSocketCloseInfo? closeInfo = null)
    {
        // 1-3. Validated in every state.
        _root.Connection.Close(CloseArguments.Validate(closeInfo?.CloseCode, closeInfo?.Reason));
        GC.KeepAlive(_root);
    }

    /// <summary>Closes with 1001 if no close was begun, or drops a connection that is not open yet; waits for the end, at most twice the close
    /// timeout.</summary>
    /// <returns>Completes when the connection is closed; never fails.</returns>
    public async ValueTask DisposeAsync()
    {
        await _root.Connection.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
        GC.KeepAlive(_root);
    }
}
