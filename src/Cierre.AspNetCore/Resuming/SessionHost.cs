using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Roster;
using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Resuming;

/// <summary>A connection that speaks <c>cierre.resume.v1</c>, and what it is for.</summary>
/// <param name="Endpoint">The route pattern.</param>
/// <param name="Terms">How the endpoint's sessions are kept.</param>
/// <param name="Resume">What the endpoint was set to.</param>
/// <param name="Entry">The connection on the roster.</param>
/// <param name="Session">What the handler has: it is opened where a session begins.</param>
/// <param name="Handler">Runs once for each session.</param>
/// <param name="Parts">What the handler has of the request.</param>
internal sealed record SessionRequest(
    string Endpoint,
    ConnectionControl.SessionTerms Terms,
    WebSocketResumeOptions Resume,
    OpenConnection Entry,
    WebSocketConnection Session,
    Func<WebSocketConnection, HttpContext, CancellationToken, Task> Handler,
    HandlerParts Parts);

/// <summary>Begins sessions and lets them go on: what comes first over each connection says which.</summary>
internal sealed class SessionHost
{
    private readonly SessionTable _sessions;
    private readonly SessionTokens _tokens;
    private readonly LateHandlers _late;
    private readonly ILogger _logger;
    private readonly ConnectionControl.AwayLimit _away;
    private readonly OpenCount _handlers = new();
    private Action<Exception>? _callbackFailed;
    private volatile bool _isEnding;

    /// <param name="mostAway">How many sessions may be without a connection.</param>
    /// <param name="mostBytesAway">How many bytes of messages may wait for them.</param>
    public SessionHost(SessionTable sessions, SessionTokens tokens, LateHandlers late, int mostAway, long mostBytesAway, ILoggerFactory loggers)
    {
        (_sessions, _tokens, _late, _logger) = (sessions, tokens, late, CloseLog.Of(loggers));
        _away = new ConnectionControl.AwayLimit(mostAway, mostBytesAway, () => CloseLog.SessionsShed(_logger, mostAway, mostBytesAway));
    }

    /// <summary>The part of a connection's handler: it waits for the greeting, and then for the connection's end. From there on it keeps nothing of the
    /// request.</summary>
    public Task ServeAsync(WebSocketConnection carrier, HttpContext context, SessionRequest request) => StartAsync(carrier, context, request).Unwrap();

    /// <summary>How the sessions of an endpoint are kept.</summary>
    public ConnectionControl.SessionTerms TermsOf(WebSocketEndpointOptions options, WebSocketResumeOptions resume) =>
        new(options, _sessions.Node, "node", resume.Window, resume.MaxUnacknowledgedMessages, resume.MaxUnacknowledgedBytes) { Away = _away };

    /// <returns>What completes when the connection has ended.</returns>
    private async Task<Task> StartAsync(WebSocketConnection carrier, HttpContext context, SessionRequest request)
    {
        try
        {
            if (await GreetAsync(carrier, request).ConfigureAwait(false) is { } greeting)
            {
                Task? carried = greeting.Token is { } token
                    ? Resume(carrier, context, request, greeting, token)
                    : await BeginAsync(carrier, context, request, greeting).ConfigureAwait(false);
                if (carried is not null) return carried;
            }
        }
        catch (Exception e)
        {
            var reason = EndReason.HandlerFailed(e);
            ConnectionControl.Of(carrier).Close(new CloseFrame(CloseCodes.InternalError, reason.Text), reason);
        }

        return carrier.Closed;
    }

    /// <summary>The host ends, or refuses who comes back: a session ends with its connection, and one that has none at once.</summary>
    public void EndWithConnections()
    {
        _isEnding = true;
        foreach (HostedSession session in _sessions.All) session.Session.EndWithConnection();
    }

    /// <summary>Completes when no handler of a session runs.</summary>
    public Task WhenEmpty() => _handlers.WhenEmpty();

    /// <returns>Null: the connection closes.</returns>
    private static async Task<ConnectionControl.Greeting?> GreetAsync(WebSocketConnection carrier, SessionRequest request)
    {
        using var late = new CancellationTokenSource(request.Resume.GreetingTimeout, request.Terms.Options.TimeProvider);
        WebSocketMessage? first;
        try
        {
            first = await carrier.ReceiveAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ConnectionControl.Of(carrier).Close(Violations.ResumeNoHello(request.Resume.GreetingTimeout));
            return null;
        }

        if (first is not { } message) return null;
        if (ConnectionControl.ReadGreeting(message, out ConnectionControl.Greeting greeting) is not { } broken) return greeting;
        ConnectionControl.Of(carrier).Close(broken);
        return null;
    }

    /// <returns>Null: the connection closes.</returns>
    private async Task<Task?> BeginAsync(WebSocketConnection carrier, HttpContext context, SessionRequest request, ConnectionControl.Greeting greeting)
    {
        var session = new ConnectionControl.Session(
            request.Session, request.Terms, SessionTable.NewId(),
            _callbackFailed ??= e => CloseLog.CallbackFailed(_logger, nameof(WebSocketConnection.Closing), e));
        var hosted = new HostedSession(session, request.Endpoint, SessionTokens.HashOf(request.Entry.UserId), CredentialsOf(context));
        if (request.Resume.OnSessionChanged is { } told) session.Changed = change => Tell(told, session.Connection, change);
        session.Over = () =>
        {
            _sessions.Remove(hosted);
            ConnectionTelemetry.SessionEnded(hosted.Endpoint, session.Loss, ListenerFailed);
        };
        // Before anybody hears of it: whoever does may let it join a topic.
        ConnectionControl.Of(session.Connection).Host = hosted.Credentials;
        // Before the client has the token.
        _sessions.Add(hosted);
        Task? carried = session.Begin(carrier, greeting, Seal(hosted, number: 0), () => hosted.CarriedBy(request.Entry, hosted.Credentials));
        if (carried is null)
        {
            session.EndWithConnection();
            ConnectionControl.Of(carrier).Close(Violations.ResumeBeforeAnswer());
            return null;
        }

        _handlers.Enter();
        HandlerParts parts = request.Parts.Take();
        if (_isEnding) session.EndWithConnection();
        // Not in the place of the transport, which brought the greeting.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _ = FollowAsync(hosted, HandlerRun.Start(session.Connection, context, request.Handler), parts);
        return carried;
    }

    /// <returns>Null: the connection closes.</returns>
    private Task? Resume(WebSocketConnection carrier, HttpContext context, SessionRequest request, ConnectionControl.Greeting greeting, string token)
    {
        ConnectionControl control = ConnectionControl.Of(carrier);
        SessionToken? shown = _tokens.Open(token);
        // Whoever is not its holder learns nothing, not even whether there is such a session.
        if (shown is null || shown.Endpoint != request.Endpoint || shown.User != SessionTokens.HashOf(request.Entry.UserId)) return Lost("unknown");
        if (_sessions.Find(shown.Session) is not { } hosted)
        {
            if (_sessions.EndOf(shown.Session) is not { Close: { } close })
                return Lost(_sessions.EndOf(shown.Session)?.Loss ?? (shown.Node == _sessions.Node ? "expired" : "node-lost"));
            control.TellSessionEnded(close);
            ConnectionTelemetry.SessionNotResumed(request.Endpoint, loss: null, ListenerFailed);
            return null;
        }

        if (shown.Number < hosted.Session.OldestToken) return Lost("unknown");

        int number = hosted.Session.NextToken();
        Task? carried = hosted.Session.Resume(
            carrier, greeting, Seal(hosted, number), number, () => hosted.CarriedBy(request.Entry, CredentialsOf(context)));
        if (carried is null)
        {
            control.Close(Violations.ResumeBeforeAnswer());
            return null;
        }

        if (_isEnding) hosted.Session.EndWithConnection();
        // The client was told that it does not go on.
        if (hosted.Session.Carrier != carrier.Id || !hosted.Session.Connection.IsOpen)
        {
            ConnectionTelemetry.SessionNotResumed(request.Endpoint, hosted.Session.LossToTell, ListenerFailed);
            return carried;
        }

        if (hosted.Session.Connection.Session?.Story.Connections is [.., var last])
            ConnectionTelemetry.SessionResumed(request.Endpoint, last, ListenerFailed);
        return carried;

        Task? Lost(string reason)
        {
            control.TellSessionLost(reason);
            ConnectionTelemetry.SessionNotResumed(request.Endpoint, reason, ListenerFailed);
            return null;
        }
    }

    private void ListenerFailed(Exception exception) => CloseLog.ListenerFailed(_logger, exception);

    /// <summary>A session and its handler, to the end of both.</summary>
    private async Task FollowAsync(HostedSession hosted, Task handler, HandlerParts parts)
    {
        await hosted.Session.Connection.Closed.ConfigureAwait(false);
        if (!handler.IsCompleted)
        {
            _late.Add(hosted, hosted.Endpoint);
            await handler.ConfigureAwait(false);
            _late.Remove(hosted);
        }

        try
        {
            await parts.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            CloseLog.CallbackFailed(_logger, nameof(IAsyncDisposable.DisposeAsync), e);
        }

        _handlers.Leave();
    }

    private static WebSocketCredentials CredentialsOf(HttpContext context) => context.Features.Get<WebSocketCredentials>()!;

    private void Tell(Action<WebSocketConnection, SessionChange> told, WebSocketConnection session, SessionChange change) => Guarded.Call(
        (told, session, change),
        static of => of.told(of.session, of.change),
        e => CloseLog.CallbackFailed(_logger, nameof(WebSocketResumeOptions.OnSessionChanged), e));

    private string Seal(HostedSession hosted, int number) =>
        _tokens.Seal(new SessionToken(hosted.Session.Id, _sessions.Node, number, hosted.Endpoint, hosted.User));
}

/// <summary>Marks an endpoint whose sessions survive their connections.</summary>
internal sealed record ResumeMetadata(WebSocketResumeOptions Options)
{
    /// <summary>What a handler still has of the request that it began with.</summary>
    public const DetachedParts Kept =
        DetachedParts.User | DetachedParts.RouteValues | DetachedParts.Query | DetachedParts.Items | DetachedParts.Services;
}
