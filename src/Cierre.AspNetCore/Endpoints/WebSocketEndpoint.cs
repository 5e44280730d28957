using System.Net;
using System.Security.Claims;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Origins;
using Cierre.AspNetCore.Resuming;
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
    private readonly SessionHost _sessions = services.GetRequiredService<SessionHost>();
    private readonly UserNames _users = services.GetRequiredService<UserNames>();
    private readonly EndpointCapacity _own = new(options.MaxConnections, options.CapacityResponse);
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());
    private readonly string[] _subprotocols = [.. options.Subprotocols];
    private readonly DeflateOptions? _compression = options.Compression is { } compression ? new DeflateOptions(compression) : null;
    private readonly AllowedOrigins _origins = new(options.AllowedOrigins);
    private ConnectionControl.SessionTerms? _terms;
    private Action<Exception>? _listenerFailed;
    private Action<Exception>? _disposeFailed;

    public WebSocketEndpointOptions Options => options;

    public ILogger Logger => _logger;

    public IServiceProvider Services => services;

    /// <summary>Accepts in order to close, where an HTTP status would be the answer that no page can read.</summary>
    public Task AcceptThenCloseAsync(HttpContext context, Violation violation) => RunAsync(context, Refusing(violation));

    /// <param name="opening">Asked what becomes of a request that is in order.</param>
    public async Task RunAsync(HttpContext context, Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> opening)
    {
        ConnectionTelemetry telemetry = HandshakeTelemetry.Begin(context, name, options.TimeProvider, _listenerFailed ??= ListenerFailed);
        DetachedRequest? detached = DetachedRequest.Of(context, services);
        Task? conversation = null;
        try
        {
            conversation = await AnswerAsync(detached?.Context ?? context, opening, detached).ConfigureAwait(false);
            if (conversation is not null) await conversation.ConfigureAwait(false);
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
        finally
        {
            if (conversation is null && detached is not null) await detached.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <returns>What completes when the connection has ended, and the handler; null: none opened.</returns>
    private async Task<Task?> AnswerAsync(
        HttpContext context, Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> opening, DetachedRequest? detached)
    {
        WebSocketHandshakeRequest request = Upgrade.Read(context);
        WebSocketHandshakeResult handshake = WebSocketHandshake.Check(request, _subprotocols, _compression);
        if (!handshake.IsAccepted)
        {
            await RefuseAsync(context, HandshakeRefusal.Of(handshake)).ConfigureAwait(false);
            return null;
        }

        if (_origins.FaultOf(context.Request) is { } fault)
        {
            await RefuseAsync(context, HandshakeRefusal.Origin(fault)).ConfigureAwait(false);
            return null;
        }

        if (_gate.Notice is { } drain)
        {
            await RefuseAsync(context, HandshakeRefusal.Draining(drain.RetryAfter)).ConfigureAwait(false);
            return null;
        }

        if (options is { CloseOnExpiry: true, ExpirySelector: null } && !CredentialsEnd.TryRead(context, out _))
        {
            if (options.AuthorizationResponse == RefusalMode.Status)
            {
                await RefuseAsync(context, HandshakeRefusal.Credentials()).ConfigureAwait(false);
                return null;
            }

            opening = Refusing(Violations.Unauthorized());
        }

        if (!Upgrade.IsPossible(context))
        {
            if (Upgrade.FaultOfConnection(context, request) is { } unread)
            {
                await RefuseAsync(context, unread).ConfigureAwait(false);
                return null;
            }

            throw new InvalidOperationException(
                "The server cannot hand over this request's connection: it offers no upgrade. Host the endpoint on Kestrel, HTTP/1.1 or HTTP/2.");
        }

        switch (_capacity.Decide(_own, NameOf(context.User)))
        {
            case AdmissionDecision.Admit { Slot: var slot }:
                return await HoldAsync(slot, OpenAsync(context, slot, handshake, opening, detached)).ConfigureAwait(false);
            case AdmissionDecision.AcceptThenClose { Slot: var slot, Violation: var violation }:
                Task<Task?> closing = RunAsync(context, slot, Opening(handshake), Closing(violation.Frame, violation.Why), isRefusal: true, detached);
                return await HoldAsync(slot, closing).ConfigureAwait(false);
            case AdmissionDecision.Refuse { Why: var why, RetryAfter: var retryAfter }:
                await RefuseAsync(context, HandshakeRefusal.AtCapacity(why, retryAfter)).ConfigureAwait(false);
                return null;
            default:
                throw new InvalidOperationException("The decision is none of those that there are.");
        }
    }

    /// <summary>Gives the place back where no connection opens; one that does gives it back at its end.</summary>
    private static async Task<Task?> HoldAsync(Slot slot, Task<Task?> opening)
    {
        Task? conversation = null;
        try
        {
            return conversation = await opening.ConfigureAwait(false);
        }
        finally
        {
            if (conversation is null) slot.Dispose();
        }
    }

    private Task RefuseAsync(HttpContext context, HandshakeRefusal refusal) => refusal.RefuseAsync(context, _logger, name);

    private async Task<Task?> OpenAsync(
        HttpContext context,
        Slot slot,
        WebSocketHandshakeResult accepted,
        Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> opening,
        DetachedRequest? detached)
    {
        Resumable? resumable = ResumableOf(context, accepted);
        switch (await opening(context, accepted.OfferedSubprotocols).ConfigureAwait(false))
        {
            case EndpointOpening.Accept { Run: var run } when resumable is not null:
                return await RunAsync(context, slot, resumable, run, detached, bound: null).ConfigureAwait(false);
            case EndpointOpening.Accept { Run: var run }:
                return await RunAsync(context, slot, accepted, run, isRefusal: false, detached).ConfigureAwait(false);
            case EndpointOpening.AcceptWith { Subprotocol: var subprotocol, Run: var run, Held: var held }:
                return await RunAsync(context, slot, accepted.WithSubprotocol(subprotocol), run, isRefusal: false, detached, held: held).ConfigureAwait(false);
            case EndpointOpening.AcceptBound { BindAsync: var bindAsync }:
                WebSocketConnection connection = resumable?.Session ?? ConnectionControl.Create(accepted.Negotiated!);
                if (await bindAsync(context, connection).ConfigureAwait(false) is not { } bound) return null;
                if (resumable is not null)
                    return await RunAsync(context, slot, resumable, (opened, _, _) => bound.RunAsync(opened), detached, bound).ConfigureAwait(false);
                return await RunAsync(
                    context, slot, accepted, (opened, _, _) => bound.RunAsync(opened), isRefusal: false, detached, connection, bound).ConfigureAwait(false);
            case EndpointOpening.AcceptThenClose { Frame: var frame, Why: var why, Then: var then }:
                return await RunAsync(context, slot, Opening(accepted), Closing(frame, why, then), isRefusal: true, detached).ConfigureAwait(false);
            case EndpointOpening.Refuse { Status: var status, Text: var text }:
                await RefuseAsync(context, HandshakeRefusal.Of(status, text)).ConfigureAwait(false);
                return null;
            default:
                throw new InvalidOperationException("The opening is none of those that there are.");
        }
    }

    /// <summary>A request for a session that survives its connections.</summary>
    /// <param name="Answered">With the subprotocol of such sessions.</param>
    /// <param name="Session">What the handler has, with its own subprotocol.</param>
    private sealed record Resumable(WebSocketHandshakeResult Answered, WebSocketConnection Session, WebSocketResumeOptions Options);

    /// <returns>Null: the endpoint has no such sessions, or the client does not ask for one.</returns>
    private Resumable? ResumableOf(HttpContext context, WebSocketHandshakeResult accepted)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ResumeMetadata>() is not { Options: var resume }
            || ResumeSubprotocol.Choose(accepted.OfferedSubprotocols, _subprotocols) is not (var answered, var inner)) return null;
        WebSocketHandshakeResult ofHandler = inner is null ? accepted.WithSubprotocol(null) : ConnectionControl.WithAnySubprotocol(accepted, inner);
        return new Resumable(accepted.WithSubprotocol(answered), ConnectionControl.Create(ofHandler.Negotiated!), resume);
    }

    private ConnectionControl.SessionTerms TermsOf(WebSocketResumeOptions resume) => _terms ??= _sessions.TermsOf(options, resume);

    /// <summary>The connection carries a session, to whose handler the request goes.</summary>
    private Task<Task?> RunAsync(
        HttpContext context,
        Slot slot,
        Resumable resumable,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> run,
        DetachedRequest? detached,
        IAsyncDisposable? bound)
    {
        var parts = new HandlerParts(bound);
        ConnectionControl.SessionTerms terms = TermsOf(resumable.Options);
        return RunAsync(context, slot, resumable.Answered, run, isRefusal: false, detached, held: parts, session: entry =>
            new SessionRequest(name, terms, resumable.Options, entry, resumable.Session, run, parts));
    }

    /// <param name="connection">One that was made before; null: none was.</param>
    /// <param name="session">Makes of the connection one that carries a session, to whose handler the run belongs; null: it carries none.</param>
    /// <param name="held">Disposed when the conversation is over, and also where it never begins.</param>
    private async Task<Task?> RunAsync(
        HttpContext context,
        Slot slot,
        WebSocketHandshakeResult accepted,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> run,
        bool isRefusal,
        DetachedRequest? detached,
        WebSocketConnection? connection = null,
        IAsyncDisposable? held = null,
        Func<OpenConnection, SessionRequest>? session = null)
    {
        Conversation? conversation = null;
        try
        {
            // All that asks the application comes before the answer: behind it there is a connection, which has to come to its end.
            MessageRate? rate = RateOf(context);
            var opening = new ConnectionOpening(name, session is null ? options : _terms!.OptionsOfCarrier, accepted, slot)
            {
                Rate = rate, OnClosed = options.OnClosed, IsInspector = options.IsInspector,
            };
            if (await _opener.OpenAsync(context, opening, connection).ConfigureAwait(false) is not ({ } entry, var left))
            {
                await RefuseAsync(context, HandshakeRefusal.AtCapacity(EndReason.UpgradesAtCapacity, _capacity.Limits.RetryAfter)).ConfigureAwait(false);
                return null;
            }

            SessionRequest? request = session?.Invoke(entry);
            if (request is not null) run = (carrier, context, _) => _sessions.ServeAsync(carrier, context, request);
            conversation = new Conversation(entry, left, _late, held, _disposeFailed ??= DisposeFailed, request);
            return conversation.Begin(context, isRefusal ? null : () => Watch(entry, context, slot), run, detached);
        }
        finally
        {
            if (conversation is null && held is not null) await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Part of the handler's run, because it asks the application, which may throw.</summary>
    private void Watch(OpenConnection entry, HttpContext context, Slot slot)
    {
        // Those of a delegate's parameter are there already.
        WebSocketCredentials? credentials = context.Features.Get<WebSocketCredentials>();
        if (credentials is null) context.Features.Set(credentials = new WebSocketCredentials());
        credentials.Begin(this, entry, slot, context);
    }

    /// <summary>What the application calls a user.</summary>
    public string? NameOf(ClaimsPrincipal user) => _users.Of(user);

    /// <summary>A renewal has brought the user of this name.</summary>
    public void Renewed(OpenConnection entry, Slot slot, string? name)
    {
        slot.Rename(name);
        _connections.Rename(entry, name);
    }

    private void DisposeFailed(Exception exception) => CloseLog.CallbackFailed(_logger, nameof(IAsyncDisposable.DisposeAsync), exception);

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
