using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Roster;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>Stands where the framework's middleware does: what accepts a WebSocket behind it gets a connection of ours.</summary>
/// <param name="framework">What the framework's own middleware would go by.</param>
internal sealed class AcceptingServer(CierreWebSocketOptions options, WebSocketOptions framework, IServiceProvider services)
{
    private readonly ConnectionOpener _opener = services.GetRequiredService<ConnectionOpener>();
    private readonly LateHandlers _late = services.GetRequiredService<LateHandlers>();
    private readonly DrainGate _gate = services.GetRequiredService<DrainGate>();
    private readonly Capacity _capacity = services.GetRequiredService<Capacity>();
    private readonly UserNames _users = services.GetRequiredService<UserNames>();
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());
    private readonly EndpointCapacity _own = new(options.MaxConnections, options.CapacityResponse);
    private readonly string[] _origins = framework.AllowedOrigins.Contains("*", StringComparer.Ordinal) ? [] : [.. framework.AllowedOrigins];
    private WebSocketConnectionOptions? _usual;

    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (!Upgrade.IsPossible(context) || !IsOurs(context.Features.Get<IHttpWebSocketFeature>())) return next(context);
        var feature = new WebSocketFeature(this, context);
        context.Features.Set<IHttpWebSocketFeature>(feature);
        return feature.IsWebSocketRequest && RefusalOf(context) is { } refusal ? RefuseAsync(context, refusal) : RunAsync(context, next, feature);
    }

    public async Task<AcceptedConnection> AcceptAsync(HttpContext context, WebSocketHandshakeRequest request, WebSocketAcceptContext accept)
    {
        string name = Upgrade.RouteOf(context);
        ConnectionTelemetry telemetry = HandshakeTelemetry.Begin(context, name, options.TimeProvider, e => CloseLog.ListenerFailed(_logger, e));
        try
        {
            AcceptedConnection accepted = await AcceptAsync(context, name, request, accept).ConfigureAwait(false);
            telemetry.Answered(context.Response.StatusCode);
            return accepted;
        }
        catch (BadHttpRequestException e)
        {
            telemetry.Answered(e.StatusCode);
            throw;
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
    }

    private async Task<AcceptedConnection> AcceptAsync(HttpContext context, string name, WebSocketHandshakeRequest request, WebSocketAcceptContext accept)
    {
        WebSocketHandshakeResult handshake = WebSocketHandshake.Check(request, [], CompressionOf(accept));
        if (!handshake.IsAccepted) throw new InvalidOperationException($"The request opens no WebSocket: {handshake.Error}");
        if (accept.SubProtocol is { } subprotocol) handshake = ConnectionControl.WithAnySubprotocol(handshake, subprotocol);
        switch (_capacity.Decide(_own, _users.Of(context.User)))
        {
            case AdmissionDecision.Admit { Slot: var slot }:
                return await OpenAsync(context, name, handshake, slot, accept).ConfigureAwait(false);
            case AdmissionDecision.AcceptThenClose { Slot: var slot, Violation: var violation }:
                AcceptedConnection closing = await OpenAsync(context, name, handshake, slot, accept).ConfigureAwait(false);
                ConnectionControl.Of(closing.Socket.GetCierre()!).Close(violation);
                return closing;
            case AdmissionDecision.Refuse { Why: var why, RetryAfter: var retryAfter }:
                throw await RefusedAsync(context, HandshakeRefusal.AtCapacity(why, retryAfter)).ConfigureAwait(false);
            default:
                throw new InvalidOperationException("The capacity has no answer.");
        }
    }

    private async Task<AcceptedConnection> OpenAsync(
        HttpContext context, string name, WebSocketHandshakeResult handshake, Slot slot, WebSocketAcceptContext accept)
    {
        try
        {
            var opening = new ConnectionOpening(name, OptionsFor(accept), handshake, slot) { OnClosed = options.OnClosed };
            if (await _opener.OpenAsync(context, opening).ConfigureAwait(false) is ({ } entry, var left))
                return new AcceptedConnection(context, entry, left, _late, _gate);
        }
        catch
        {
            slot.Dispose();
            throw;
        }

        throw await RefusedAsync(context, HandshakeRefusal.AtCapacity(EndReason.UpgradesAtCapacity, _capacity.Limits.RetryAfter)).ConfigureAwait(false);
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, WebSocketFeature feature)
    {
        Exception? thrown = null;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            thrown = e;
            throw;
        }
        finally
        {
            if (feature.Accepted is { } accepted) await accepted.EndAsync(thrown).ConfigureAwait(false);
        }
    }

    /// <summary>Another server's, or a test server's, stays; that of the framework's middleware gives way.</summary>
    private static bool IsOurs(IHttpWebSocketFeature? before) =>
        before is null or WebSocketFeature || before.GetType().DeclaringType == typeof(WebSocketMiddleware);

    private HandshakeRefusal? RefusalOf(HttpContext context)
    {
        StringValues origin = context.Request.Headers.Origin;
        // As the framework's middleware has it, which does nothing behind ours.
        if (_origins.Length > 0 && !StringValues.IsNullOrEmpty(origin) && !_origins.Contains(origin.ToString(), StringComparer.Ordinal))
        {
            return HandshakeRefusal.Unlisted(origin.ToString(), $"{nameof(WebSocketOptions)}.{nameof(WebSocketOptions.AllowedOrigins)}");
        }

        return _gate.Notice is { } drain ? HandshakeRefusal.Draining(drain.RetryAfter) : null;
    }

    private Task RefuseAsync(HttpContext context, HandshakeRefusal refusal) => refusal.RefuseAsync(context, _logger, Upgrade.RouteOf(context));

    /// <summary>Answers, and says to the program that wanted to accept that there is nothing to accept.</summary>
    private async Task<BadHttpRequestException> RefusedAsync(HttpContext context, HandshakeRefusal refusal)
    {
        await RefuseAsync(context, refusal).ConfigureAwait(false);
        await context.Response.CompleteAsync().ConfigureAwait(false);
        return new BadHttpRequestException(refusal.Text, refusal.Status);
    }

    private DeflateOptions? CompressionOf(WebSocketAcceptContext accept)
    {
        if (options.Compression is { } own) return own;
        return accept.DangerousEnableCompression
            ? new DeflateOptions
            {
                ServerContextTakeover = !accept.DisableServerContextTakeover,
                ClientContextTakeover = true,
                ServerMaxWindowBits = accept.ServerMaxWindowBits,
            }
            : null;
    }

    /// <summary>Zero means to the framework's programs that nobody pings.</summary>
    private WebSocketConnectionOptions OptionsFor(WebSocketAcceptContext accept)
    {
        if (accept is { KeepAliveInterval: null, KeepAliveTimeout: null })
            return _usual ??= ConnectionControl.OptionsByHand(options, framework.KeepAliveInterval, framework.KeepAliveTimeout);
        return ConnectionControl.OptionsByHand(
            options, accept.KeepAliveInterval ?? framework.KeepAliveInterval, accept.KeepAliveTimeout ?? framework.KeepAliveTimeout);
    }
}
