using System.Net;
using System.Security.Claims;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Origins;
using Cierre.AspNetCore.Roster;
using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>One endpoint: a request is checked, admitted, upgraded and run. RFC 6455 4.2.</summary>
internal sealed class WebSocketEndpoint(string name, WebSocketEndpointOptions options, IServiceProvider services)
{
    private readonly WebSocketRoster _connections = services.GetRequiredService<WebSocketRoster>();
    private readonly ConnectionOpener _opener = services.GetRequiredService<ConnectionOpener>();
    private readonly LateHandlers _late = services.GetRequiredService<LateHandlers>();
    private readonly DrainGate _gate = services.GetRequiredService<DrainGate>();
    private readonly Capacity _capacity = services.GetRequiredService<Capacity>();
    private readonly UserNames _users = services.GetRequiredService<UserNames>();
    private readonly EndpointCapacity _own = new(options.MaxConnections, options.CapacityResponse);
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());
    private readonly string[] _subprotocols = [.. options.Subprotocols];
    private readonly DeflateOptions? _compression = options.Compression is { } compression ? new DeflateOptions(compression) : null;
    private readonly AllowedOrigins _origins = new(options.AllowedOrigins);

    public WebSocketEndpointOptions Options => options;

    /// <summary>Accepts in order to close, where an HTTP status would be the answer that no page can read.</summary>
    public Task AcceptThenCloseAsync(HttpContext context, Violation violation) => RunAsync(context, Refusing(violation));

    /// <param name="opening">Asked what becomes of a request that is in order.</param>
    public async Task RunAsync(HttpContext context, Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> opening)
    {
        ConnectionTelemetry telemetry = HandshakeTelemetry.Begin(context, name, options.TimeProvider, ListenerFailed);
        try
        {
            await AnswerAsync(context, opening).ConfigureAwait(false);
            telemetry.Answered(context.Response.StatusCode);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more: no trouble of the host's.
            telemetry.Failed(e);
            CloseLog.ClientLeft(_logger, name);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            // In Development minimal APIs tell what is missing by this; the pipeline makes the answer of it.
            telemetry.Answered(e.StatusCode);
            throw;
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> opening)
    {
        WebSocketHandshakeRequest request = Upgrade.Read(context);
        WebSocketHandshakeResult handshake = WebSocketHandshake.Check(request, _subprotocols, _compression);
        if (!handshake.IsAccepted)
        {
            await RefuseAsync(context, HandshakeRefusal.Of(handshake)).ConfigureAwait(false);
            return;
        }

        if (_origins.FaultOf(context.Request) is { } fault)
        {
            await RefuseAsync(context, HandshakeRefusal.Origin(fault)).ConfigureAwait(false);
            return;
        }

        if (_gate.Notice is { } drain)
        {
            await RefuseAsync(context, HandshakeRefusal.Draining(drain.RetryAfter)).ConfigureAwait(false);
            return;
        }

        if (options is { CloseOnExpiry: true, ExpirySelector: null } && !CredentialsEnd.TryRead(context, out _))
        {
            if (options.AuthorizationResponse == RefusalMode.Status)
            {
                await RefuseAsync(context, HandshakeRefusal.Credentials()).ConfigureAwait(false);
                return;
            }

            opening = Refusing(Violations.Unauthorized());
        }

        if (!Upgrade.IsPossible(context))
        {
            if (Upgrade.FaultOfConnection(context, request) is { } unread)
            {
                await RefuseAsync(context, unread).ConfigureAwait(false);
                return;
            }

            throw new InvalidOperationException(
                "The server cannot hand over this request's connection: it offers no upgrade. Host the endpoint on Kestrel, HTTP/1.1 or HTTP/2.");
        }

        switch (_capacity.Decide(_own, UserOf(context.User)))
        {
            case AdmissionDecision.Admit { Slot: var slot }:
                using (slot) await OpenAsync(context, slot, handshake, opening).ConfigureAwait(false);
                break;
            case AdmissionDecision.AcceptThenClose { Slot: var slot, Violation: var violation }:
                using (slot) await RunAsync(context, slot, Opening(handshake), Closing(violation.Frame, violation.Why), isRefusal: true).ConfigureAwait(false);
                break;
            case AdmissionDecision.Refuse { Why: var why, RetryAfter: var retryAfter }:
                await RefuseAsync(context, HandshakeRefusal.AtCapacity(why, retryAfter)).ConfigureAwait(false);
                break;
        }
    }

    private Task RefuseAsync(HttpContext context, HandshakeRefusal refusal) => refusal.RefuseAsync(context, _logger, name);

    private async Task OpenAsync(
        HttpContext context, Slot slot, WebSocketHandshakeResult accepted, Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> opening)
    {
        switch (await opening(context, accepted.OfferedSubprotocols).ConfigureAwait(false))
        {
            case EndpointOpening.Accept { Run: var run }:
                await RunAsync(context, slot, accepted, run, isRefusal: false).ConfigureAwait(false);
                break;
            case EndpointOpening.AcceptWith { Subprotocol: var subprotocol, Run: var run, Held: var held }:
                await using (held.ConfigureAwait(false)) await RunAsync(context, slot, accepted.WithSubprotocol(subprotocol), run, isRefusal: false)
                    .ConfigureAwait(false);
                break;
            case EndpointOpening.AcceptBound { BindAsync: var bindAsync }:
                WebSocketConnection connection = ConnectionControl.Create(accepted.Negotiated!);
                if (await bindAsync(context, connection).ConfigureAwait(false) is { } bound)
                {
                    await using (bound.ConfigureAwait(false))
                    {
                        await RunAsync(context, slot, accepted, (opened, _, _) => bound.RunAsync(opened), isRefusal: false, connection).ConfigureAwait(false);
                    }
                }

                break;
            case EndpointOpening.AcceptThenClose { Frame: var frame, Why: var why, Then: var then }:
                await RunAsync(context, slot, Opening(accepted), Closing(frame, why, then), isRefusal: true).ConfigureAwait(false);
                break;
            case EndpointOpening.Refuse { Status: var status, Text: var text }:
                await RefuseAsync(context, HandshakeRefusal.Of(status, text)).ConfigureAwait(false);
                break;
        }
    }

    private async Task RunAsync(
        HttpContext context,
        Slot slot,
        WebSocketHandshakeResult accepted,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> run,
        bool isRefusal,
        WebSocketConnection? connection = null)
    {
        // All that asks the application comes before the answer: behind it there is a connection, which has to come to its end.
        MessageRate? rate = RateOf(context);
        var opening = new ConnectionOpening(name, options, accepted, slot) { Rate = rate, OnClosed = options.OnClosed, IsInspector = options.IsInspector };
        if (await _opener.OpenAsync(context, opening, connection).ConfigureAwait(false) is not ({ } entry, var leaving))
        {
            await RefuseAsync(context, HandshakeRefusal.AtCapacity(EndReason.UpgradesAtCapacity, _capacity.Limits.RetryAfter)).ConfigureAwait(false);
            return;
        }

        Task handler = HandlerRun.RunAsync(entry.Connection, context, isRefusal ? run : Watched(entry, slot, run));
        try
        {
            await leaving.ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(handler, entry).ConfigureAwait(false);
        }
    }

    /// <summary>The connection has ended; the handler has had its token cancelled, and may be on its way.</summary>
    private async Task EndAsync(Task handler, OpenConnection entry)
    {
        if (handler.IsCompleted) return;
        _late.Add(entry);
        await handler.ConfigureAwait(false);
        _late.Remove(entry);
    }

    /// <summary>Part of the handler's run, because it asks the application, which may throw.</summary>
    private Func<WebSocketConnection, HttpContext, CancellationToken, Task> Watched(OpenConnection entry, Slot slot,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> run) => (connection, context, cancellationToken) =>
    {
        Expiry.Watch(connection, context, options, _logger, user =>
        {
            string? name = UserOf(user);
            slot.Rename(name);
            _connections.Rename(entry, name);
        });
        return run(connection, context, cancellationToken);
    };

    private void ListenerFailed(Exception exception) => CloseLog.ListenerFailed(_logger, exception);

    private static Func<WebSocketConnection, HttpContext, CancellationToken, Task> Closing(CloseFrame frame, EndReason why,
        Func<WebSocketConnection, Task>? then = null) => (connection, _, _) =>
    {
        ConnectionControl.Of(connection).Close(frame, why);
        return then?.Invoke(connection) ?? Task.CompletedTask;
    };

    private static Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> Refusing(Violation violation)
    {
        EndpointOpening refusal = new EndpointOpening.AcceptThenClose(violation.Frame, violation.Why);
        return (_, _) => ValueTask.FromResult(refusal);
    }

    private string? UserOf(ClaimsPrincipal user) => _users.Of(user);

    private MessageRate? RateOf(HttpContext context)
    {
        System.Threading.RateLimiting.RateLimiter? limiter = options.MessageLimiterSelector?.Invoke(context);
        return options.MaxMessagesPerSecond is null && options.MaxBytesPerSecond is null && limiter is null
            ? null
            : new MessageRate(options.MaxMessagesPerSecond, options.MaxBytesPerSecond, limiter, e =>
                CloseLog.CallbackFailed(_logger, nameof(WebSocketEndpointOptions.MessageLimiterSelector), e));
    }

    /// <summary>An endpoint that accepts in order to close chooses one of the subprotocols asked for, so that the client opens.</summary>
    private static WebSocketHandshakeResult Opening(WebSocketHandshakeResult accepted) =>
        accepted is { Negotiated.Subprotocol: null, OfferedSubprotocols: [var first, ..] } ? accepted.WithSubprotocol(first) : accepted;
}

/// <summary>Marks an endpoint as ours, for the parts of the pipeline that run before it.</summary>
internal sealed record WebSocketEndpointMetadata(WebSocketEndpoint Endpoint);
