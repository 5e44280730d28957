using Cierre.AspNetCore;
using Cierre.EventLoops;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>Our implementations of <see cref="WebSocket"/>: over a pipe and over a TCP socket, as a client over HTTP and TLS, and behind our middleware.</summary>
internal static class AdapterSubjects
{
    public static IReadOnlyList<Subject> All { get; } =
    [
        new PipeSubject(isServer: true),
        new PipeSubject(isServer: false),
        new StreamAdapterSubject(isServer: true),
        new StreamAdapterSubject(isServer: false),
        new ClientSubject(tls: false),
        new ClientSubject(tls: true),
        new ClientSubject(tls: false, loops: true),
        new ServerSubject(Carrier.Http1, loops: false),
        new ServerSubject(Carrier.Tls, loops: false),
        new ServerSubject(Carrier.Http2, loops: false),
        new ServerSubject(Carrier.Http1, loops: true),
        new ServerSubject(Carrier.Tls, loops: true),
        new ServerSubject(Carrier.Http2, loops: true),
    ];

    private static void Set(WebSocketConnectionOptions options, Setup setup)
    {
        bool keepsAlive = setup.KeepAliveInterval != default;
        options.PingInterval = keepsAlive ? setup.KeepAliveInterval : Timeout.InfiniteTimeSpan;
        if (setup.KeepAliveTimeout != default) options.PingTimeout = setup.KeepAliveTimeout;
        if (setup.Compressed) options.Compression = new DeflateOptions { ServerContextTakeover = true, ClientContextTakeover = true, Threshold = 0 };
        if (!keepsAlive) options.TimeProvider = setup.Time;
    }

    private static WebSocketConnectionOptions OptionsOf(Setup setup)
    {
        var options = new WebSocketConnectionOptions();
        Set(options, setup);
        return options;
    }

    private static WebSocketNegotiation Agreed(Setup setup) =>
        new() { Subprotocol = setup.SubProtocol, Extensions = setup.Compressed ? "permessage-deflate" : "" };

    private sealed class PipeSubject(bool isServer) : Subject($"Cierre pipe {(isServer ? "server" : "client")}", isServer)
    {
        public override bool IsOurs => true;

        public override bool HasClock => true;

        public override Task<OpenSubject> OpenAsync(Setup setup)
        {
            (MemoryLinkStream near, RawPeer peer) = StreamSubject.Memory(peerIsClient: IsServer);
            WebSocketRole role = IsServer ? WebSocketRole.Server : WebSocketRole.Client;
            return Task.FromResult(new OpenSubject(CierreSockets.CreateFromPipe(near, role, OptionsOf(setup), Agreed(setup)), peer));
        }
    }

    private sealed class StreamAdapterSubject(bool isServer) : Subject($"Cierre TCP {(isServer ? "server" : "client")}", isServer)
    {
        public override bool IsOurs => true;

        public override bool HasClock => true;

        public override async Task<OpenSubject> OpenAsync(Setup setup)
        {
            (Stream near, RawPeer peer) = await StreamSubject.TcpAsync(peerIsClient: IsServer);
            WebSocketRole role = IsServer ? WebSocketRole.Server : WebSocketRole.Client;
            return new OpenSubject(CierreSockets.CreateFromStream(near, role, OptionsOf(setup), Agreed(setup)), peer);
        }
    }

    private sealed class ClientSubject(bool tls, bool loops = false)
        : Subject("Cierre client" + (tls ? " TLS" : "") + (loops ? " on loops" : ""), isServer: false)
    {
        private static readonly EventLoopGroup Loops = new();

        public override bool IsOurs => true;

        public override bool HasClock => true;

        public override Task<OpenSubject> OpenAsync(Setup setup) => ClientSide.OpenAsync(tls, setup, async url =>
        {
            var options = new WebSocketClientOptions
            {
                ConfigureHandler = handler => handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true,
                EventLoops = loops ? Loops : null,
            };
            Set(options, setup);
            if (setup.SubProtocol is { } chosen) options.Subprotocols.Add(chosen);
            return await CierreSockets.ConnectAsync(url, options);
        });
    }

    private sealed class ServerSubject(Carrier carrier, bool loops) : Subject($"Cierre Kestrel {KestrelSubject.Named(carrier, loops)}", isServer: true)
    {
        private static readonly KestrelHost OnSockets = Start(loops: false), OnLoops = Start(loops: true);

        public override bool IsOurs => true;

        public override Task<OpenSubject> OpenAsync(Setup setup) => (loops ? OnLoops : OnSockets).OpenAsync(carrier, setup);

        private static KestrelHost Start(bool loops) => new(
            app => app.UseCierreWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }),
            builder =>
            {
                builder.Services.AddCierre();
                if (loops) builder.WebHost.UseCierreEventLoops();
            });
    }
}
