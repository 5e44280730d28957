using System.Threading.Channels;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Tests;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>One peer and one server of ours, for all tests of a class.</summary>
public abstract class PeerFixture(PeerKind kind) : IAsyncLifetime
{
    private readonly Channel<WebSocketConnection> _connections = Channel.CreateUnbounded<WebSocketConnection>();
    private TestServer? _server;
    private Peer? _peer;
    private int _port;

    public PeerKind Kind => kind;

    public Peer Peer
    {
        get
        {
            Assert.SkipWhen(_peer is null, $"{kind.Name} is not here: {kind.Skip} is set.");
            return _peer!;
        }
    }

    /// <summary>Shows what the peer complained of, beside a test that failed.</summary>
    public void Show(ITestOutputHelper? output)
    {
        if (_peer?.TakeComplaints() is { Length: > 0 } complaints) output?.WriteLine(complaints);
    }

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(kind.Skip))) return;
        _server = await TestServer.StartAsync(
            Carrier.Http1,
            KeepAsync,
            options =>
            {
                options.Subprotocols.Add("chat.v2");
                options.Subprotocols.Add("chat.v1");
                options.CloseTimeout = TimeSpan.FromMinutes(1);
            },
            map: app =>
            {
                foreach ((int number, DeflateOptions deflate) in CompressionCase.All.Index())
                {
                    app.MapWebSocket($"/deflate/{number}", KeepAsync, options => options.Compression = CompressionCase.Options(deflate, PeerRole.Client));
                }

                Serve(app, "/page", "chromium.html", "text/html");
                Serve(app, "/obey.mjs", "obey.mjs", "text/javascript");
                Serve(app, "/whatwg.mjs", "whatwg.mjs", "text/javascript");
            });
        _peer = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null) await _peer.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the peer anew, after it, or a part of it, was killed.</summary>
    public async Task RestartAsync()
    {
        await Peer.DisposeAsync();
        _peer = await StartAsync();
    }

    /// <summary>Opens a connection with the peer in that role.</summary>
    public async Task<(WebSocketConnection Ours, PeerSocket Theirs)> OpenAsync(PeerRole role, params string[] protocols)
    {
        Peer peer = Peer;
        if (role == PeerRole.Client)
        {
            PeerSocket client = await peer.ConnectAsync(_server!.Url, protocols);
            return (await peer.Within(_connections.Reader.ReadAsync().AsTask(), "to reach our handler"), client);
        }

        var options = new WebSocketClientOptions { CloseTimeout = TimeSpan.FromMinutes(1) };
        foreach (string protocol in protocols) options.Subprotocols.Add(protocol);
        WebSocketConnection ours = await WebSocketConnection.ConnectAsync(new Uri($"ws://127.0.0.1:{_port}/"), options);
        return (ours, await peer.AcceptedAsync());
    }

    /// <summary>Opens a connection on which both sides want this compression, as far as the peer can be told.</summary>
    public async Task<(WebSocketConnection Ours, PeerSocket Theirs)> OpenCompressedAsync(PeerRole role, int number)
    {
        Peer peer = Peer;
        DeflateOptions options = CompressionCase.Options(CompressionCase.All[number], role);
        if (role == PeerRole.Client)
        {
            PeerSocket client = await peer.ConnectAsync(new Uri(_server!.Url, $"/deflate/{number}"), CompressionCase.Json(options));
            return (await peer.Within(_connections.Reader.ReadAsync().AsTask(), "to reach our handler"), client);
        }

        int port = (await peer.AskAsync("serve", new() { ["deflate"] = CompressionCase.Json(options) })).GetProperty("port").GetInt32();
        WebSocketConnection ours = await WebSocketConnection.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/"), new WebSocketClientOptions { Compression = options });
        return (ours, await peer.AcceptedAsync());
    }

    protected Uri PageAddress => new($"http://127.0.0.1:{_server!.Url.Port}/page");

    protected abstract Task<Peer> LaunchAsync();

    private Task<CloseRecord> KeepAsync(WebSocketConnection connection)
    {
        _connections.Writer.TryWrite(connection);
        return connection.Closed;
    }

    private static void Serve(WebApplication app, string path, string file, string type)
    {
        string text = File.ReadAllText(Path.Combine(RepoRoot.Directory, "tests", "Cierre.Interop.Tests", "Peers", file));
        app.MapGet(path, context =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync(text);
        });
    }

    private async Task<Peer> StartAsync()
    {
        Peer peer = await LaunchAsync();
        if ((await peer.ReadyAsync()).TryGetProperty("port", out System.Text.Json.JsonElement port)) _port = port.GetInt32();
        return peer;
    }
}
