using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Opening;
using Cierre.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>One endpoint: a request is checked, admitted, upgraded and run. RFC 6455 4.2.</summary>
internal sealed class WebSocketEndpoint(
    string name, WebSocketEndpointOptions options, Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler, IServiceProvider services)
{
    private readonly OpenConnections _connections = services.GetRequiredService<OpenConnections>();
    private readonly AdmissionGate _gate = services.GetRequiredService<AdmissionGate>();
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Cierre.WebSocket");
    private readonly string[] _subprotocols = [.. options.Subprotocols];
    private readonly DeflateOptions? _compression = options.Compression?.Copy();

    public WebSocketEndpointOptions Options => options;

    public Task RunAsync(HttpContext context) => RunAsync(context, handler);

    /// <summary>Accepts in order to close, where an HTTP status would be the answer that no page can read.</summary>
    public Task AcceptThenCloseAsync(HttpContext context, CloseFrame frame, CloseWhy why) => RunAsync(
        context,
        (connection, _, _) =>
        {
            connection.Driver.BeginClose(frame, why);
            return Task.CompletedTask;
        },
        isRefusal: true);

    private async Task RunAsync(HttpContext context, Func<WebSocketConnection, HttpContext, CancellationToken, Task> run, bool isRefusal = false)
    {
        OpeningRequest request = Upgrade.Read(context);
        ServerHandshakeResult result = ServerHandshake.Check(request, _subprotocols, _compression);
        if (result is ServerHandshakeResult.Refused refused)
        {
            await HandshakeRefusal.AnswerAsync(context, refused);
            return;
        }

        if (!OriginPolicy.Allows(context.Request, options.AllowedOrigins))
        {
            await HandshakeRefusal.OriginAsync(context);
            return;
        }

        if (_gate.IsClosed)
        {
            await HandshakeRefusal.DrainingAsync(context);
            return;
        }

        if (!Upgrade.IsPossible(context))
        {
            throw new InvalidOperationException("The server cannot hand over this request's connection: it offers no upgrade. Host the endpoint on Kestrel, HTTP/1.1 or HTTP/2.");
        }

        var accepted = (ServerHandshakeResult.Accepted)result;
        // An endpoint that accepts in order to close chooses one of the subprotocols asked for, so that the client opens.
        if (isRefusal && accepted.Subprotocol is null && request.Subprotocols.Count != 0) accepted = accepted with { Subprotocol = FirstAsked(request) };
        await RunAsync(context, accepted, run);
    }

    private async Task RunAsync(HttpContext context, ServerHandshakeResult.Accepted accepted, Func<WebSocketConnection, HttpContext, CancellationToken, Task> run)
    {
        Version version = HttpProtocol.IsHttp2(context.Request.Protocol) ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11;
        var info = new OpeningInfo(accepted.Subprotocol, accepted.ExtensionsText, Url(context.Request), version, accepted.Deflate?.For(server: true, _compression!));
        var connection = new WebSocketConnection(Role.Server, options, await Upgrade.AcceptAsync(context, accepted), info);
        _connections.Enter(connection);
        connection.Start();
        // One that opened while the drain took its snapshot.
        if (_gate.IsClosed) GoingAway.Drain(connection);
        Task leaving = LeaveAsync(connection);
        await HandlerRun.RunAsync(connection, context, run);
        await leaving;
    }

    private async Task LeaveAsync(WebSocketConnection connection)
    {
        CloseRecord record = await connection.Closed;
        _connections.Leave(connection);
        CloseLog.Closed(_logger, name, record);
        options.OnClosed?.Invoke(connection, record);
    }

    private static string? FirstAsked(OpeningRequest request) =>
        Subprotocols.TryParse(request.Subprotocols, out IReadOnlyList<string> names, out _) && names.Count > 0 ? names[0] : null;

    private static Uri? Url(HttpRequest request) =>
        Uri.TryCreate($"{(request.IsHttps ? "wss" : "ws")}://{request.Host}{request.PathBase}{request.Path}{request.QueryString}", UriKind.Absolute, out Uri? url) ? url : null;
}
