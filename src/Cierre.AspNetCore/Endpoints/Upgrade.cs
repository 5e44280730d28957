using System.IO.Pipelines;
using System.Net;
using Cierre.AspNetCore.Kestrel;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Somebody who stands between the request and the server's upgrade, to look at what passes: not at a connection of ours, which is known.</summary>
internal interface IUpgradeOnlooker
{
    /// <summary>Gives the request back as the server made it.</summary>
    void Leave();
}

/// <summary>Reads the opening request, and turns an accepted one into a transport: the best one that the server offers.</summary>
internal static class Upgrade
{
    public static WebSocketHandshakeRequest Read(HttpContext context)
    {
        HttpRequest request = context.Request;
        IHttpExtendedConnectFeature? connect = ExtendedConnect(context);
        return new WebSocketHandshakeRequest
        {
            Method = request.Method,
            HttpVersion = connect is not null || HttpProtocol.IsHttp2(request.Protocol) ? HttpVersion.Version20
                : HttpProtocol.IsHttp3(request.Protocol) ? HttpVersion.Version30
                : HttpProtocol.IsHttp10(request.Protocol) ? HttpVersion.Version10 : HttpVersion.Version11,
            ExtendedConnectProtocol = connect?.Protocol,
            Url = Url(request),
            HostHeaderCount = request.Headers.Host.Count,
            HasContent = HasContent(request, connect is not null),
            OtherMethods = context.GetEndpoint()?.Metadata.GetMetadata<OtherMethods>()?.Names ?? [],
            UpgradeHeaders = Values(request, HeaderNames.Upgrade),
            ConnectionHeaders = Values(request, HeaderNames.Connection),
            KeyHeaders = Values(request, HeaderNames.SecWebSocketKey),
            VersionHeaders = Values(request, HeaderNames.SecWebSocketVersion),
            SubprotocolHeaders = Values(request, HeaderNames.SecWebSocketProtocol),
            ExtensionHeaders = Values(request, HeaderNames.SecWebSocketExtensions),
        };
    }

    /// <summary>The request's route pattern, with the prefix of its group; what is given where it has none.</summary>
    public static string RouteOf(HttpContext context, string otherwise = "/") => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? otherwise;

    /// <summary>Whether the server can hand this request's connection over.</summary>
    public static bool IsPossible(HttpContext context) =>
        ExtendedConnect(context) is not null || context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };

    /// <summary>What keeps a request that is in order from being taken for an upgrade, where that is known: Kestrel reads no tab in the Connection
    /// list.</summary>
    public static HandshakeRefusal? FaultOfConnection(HttpContext context, WebSocketHandshakeRequest request) =>
        context.Features.Get<IHttpUpgradeFeature>() is not null && request.ConnectionHeaders.Any(value => value.Contains('\t', StringComparison.Ordinal))
            ? HandshakeRefusal.ConnectionNotRead(request.ConnectionHeaders)
            : null;

    /// <summary>Answers 101, or 200 over HTTP/2. Null: the server takes no further upgrade (Kestrel's MaxConcurrentUpgradedConnections), and nothing was
    /// answered.</summary>
    public static async Task<Transport?> AcceptAsync(HttpContext context, WebSocketHandshakeResult accepted)
    {
        LiftLimits(context);
        context.Features.Get<IUpgradeOnlooker>()?.Leave();
        Transport? transport = ExtendedConnect(context) is { } connect
            ? await AcceptAsync(context, connect, accepted).ConfigureAwait(false)
            : await SwitchAsync(context, accepted).ConfigureAwait(false);
        // How long a connection lives is not how long a request takes to be answered.
        if (transport is not null && context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics) metrics.MetricsDisabled = true;
        return transport;
    }

    private static async Task<Transport> AcceptAsync(HttpContext context, IHttpExtendedConnectFeature connect, WebSocketHandshakeResult accepted)
    {
        Announce(context.Response.Headers, accepted);
        context.Response.StatusCode = StatusCodes.Status200OK;
        Stream duplex;
        try
        {
            duplex = await connect.AcceptAsync().ConfigureAwait(false);
        }
        catch
        {
            TakeBack(context.Response, accepted);
            throw;
        }

        PipeReader input = Reader(duplex);
        return Transport.OverPipe(input, new Http2Wire(context, input, duplex));
    }

    /// <summary>RFC 6455 4.2.2: the answer of HTTP/1.1.</summary>
    private static async Task<Transport?> SwitchAsync(HttpContext context, WebSocketHandshakeResult accepted)
    {
        Announce(context.Response.Headers, accepted);
        SocketConnection? own = context.Features.Get<SocketConnection>();
        // Before the answer: a peer may send its close frame, and end its stream, as soon as it has it.
        own?.Upgraded(true);
        Stream stream;
        try
        {
            stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            own?.Upgraded(false);
            TakeBack(context.Response, accepted);
            if (IsOfTheLimit(context, e)) return null;
            throw;
        }

        if (OfKestrel(context) is { } kestrel) return kestrel;
        PipeReader reader = Reader(stream);
        return Transport.OverStream(reader, stream, static exception => KestrelFault.OfConnection(exception, isCutHere: false));
    }

    /// <summary>Whether Kestrel's limit of upgraded connections is in the way. Kestrel finds that out before it sets the status; what fails behind it,
    /// a callback of the application's (OnStarting) or the connection's end, is no limit.</summary>
    private static bool IsOfTheLimit(HttpContext context, Exception exception) =>
        exception is InvalidOperationException and not ObjectDisposedException
        && context.Response is { HasStarted: false, StatusCode: not StatusCodes.Status101SwitchingProtocols }
        && context.RequestServices.GetService<IOptions<KestrelServerOptions>>()?.Value.Limits.MaxConcurrentUpgradedConnections is not null;

    private static void Announce(IHeaderDictionary headers, WebSocketHandshakeResult accepted)
    {
        foreach ((string name, string value) in accepted.Headers) headers[name] = value;
    }

    /// <summary>The answer that follows is another one, ours or that of whoever handles the exception.</summary>
    private static void TakeBack(HttpResponse response, WebSocketHandshakeResult accepted)
    {
        if (response.HasStarted) return;
        foreach ((string name, _) in accepted.Headers) response.Headers.Remove(name);
    }

    /// <summary>The stream is the wire's to dispose.</summary>
    private static PipeReader Reader(Stream stream) => PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>The socket itself, or else Kestrel's transport below HTTP: reading that makes the difference in speed over the upgraded stream.</summary>
    private static Transport? OfKestrel(HttpContext context)
    {
        if (context.Features.Get<IConnectionTransportFeature>()?.Transport is not { } pipe) return null;
        SocketConnection? own = context.Features.Get<SocketConnection>();
        if (own?.TakeOver(pipe) is { } socket) return socket;
        var wire = new KestrelWire(
            pipe.Output,
            own,
            context.Features.Get<IConnectionSocketFeature>()?.Socket,
            context.Features.Get<ISslStreamFeature>()?.SslStream,
            context.Features.Get<IConnectionLifetimeFeature>());
        return Transport.OverPipe(pipe.Input, wire);
    }

    private static IHttpExtendedConnectFeature? ExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect ? connect : null;

    /// <summary>A WebSocket is no request body: neither its size nor its pace nor its age is held to a request's limits.</summary>
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        context.Features.Get<Microsoft.AspNetCore.Http.Timeouts.IHttpRequestTimeoutFeature>()?.DisableTimeout();
    }

    /// <summary>Over HTTP/2 what comes on the stream is no content, and has no length that could be told before.</summary>
    private static bool HasContent(HttpRequest request, bool isConnect) =>
        request.ContentLength is { } length ? length > 0 || isConnect : request.Headers.TransferEncoding.Count > 0;

    private static Uri? Url(HttpRequest request)
    {
        string text = $"{(request.IsHttps ? "wss" : "ws")}://{RequestOrigin.HostOf(request)}{request.PathBase}{request.Path}{request.QueryString}";
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) ? url : null;
    }

    private static string[] Values(HttpRequest request, string name)
    {
        StringValues values = request.Headers[name];
        return values.Count == 0 ? [] : [.. values.Select(v => v ?? "")];
    }
}
