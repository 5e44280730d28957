using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Reconnecting;
using Cierre.Resuming;
using Cierre.Scheduling;
using Cierre.Sessions;

namespace Cierre;

/// <summary>A client's connection that survives the loss of what carries it: nothing that either side sent is lost, doubled or out of order, or both sides are
/// told. docs/resume.md.</summary>
/// <remarks>
/// <para>It speaks <c>cierre.resume.v1</c>, which a server of Cierre's does with <c>WithResume</c>. When a connection is lost, or ends in a way after which
/// <see cref="CloseRecord.Reconnect"/> advises to come back, the next one is opened by the rules of
/// <see cref="WebSocketConnection.KeepConnected"/>, and the session goes on over it: whoever receives waits, and sends wait as soon as the server's window is
/// full.</para>
/// <para>The events are raised on the thread pool, one after the other in their order, and what a handler of one throws is dropped.</para>
/// </remarks>
public sealed class ResumableConnection : IAsyncDisposable
{
    // A lost connection that had held for a while says nothing of the server: the first attempt need not wait for the advice.
    private static readonly TimeSpan HeldForAWhile = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    private readonly SessionDriver _session;
    private readonly WebSocketReconnectOptions _options;
    private readonly ReconnectPolicy? _policy;
    private readonly Action<ReconnectPlan>? _onEnded;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OrderedCalls<Action> _events = new(new Lock(), static raise => raise());
    private readonly KeptConnection _kept;
    private readonly Task _left;
    private volatile SessionCarrier? _carrier;
    private volatile TaskCompletionSource? _answered;
    private ResumeControl.Retry? _retry;

    private ResumableConnection(Uri url, WebSocketReconnectOptions options)
    {
        _options = Adapt(new WebSocketReconnectOptions(options));
        (_policy, _onEnded) = (options.Policy, options.OnEnded);
        _options.Policy = Decide;
        _options.OnEnded = Ended;
        if (options.CredentialsRenewal is { } renew) _options.CredentialsRenewal = (last, token) => RenewAsync(renew, last, token);
        var times = new SessionTimes(options.CloseTimeout, options.BroadcastTimeout, options.MaxMessageSize);
        _session = SessionDriver.OfClient(times, options.TimeProvider);
        _session.ControlCame = Came;
        Connection = new WebSocketConnection(new WebSocketNegotiation());
        Connection.Open(_session);
        _kept = WebSocketConnection.KeepConnected(url, CarryAsync, _options);
        _left = LeaveAsync();
    }

    /// <summary>A connection is lost, and the next one is tried as the plan says.</summary>
    public event EventHandler<ReconnectPlan>? Reconnecting;

    /// <summary>The session goes on over a new connection; told is the one before, with the pause and what was repeated.</summary>
    public event EventHandler<SessionConnection>? Resumed;

    /// <summary>The session cannot go on: messages may be missing on either side. <see cref="Closed"/> completes.</summary>
    public event EventHandler<SessionStory>? Lost;

    /// <summary>Messages of a topic are missing, because the server keeps them no more. The session goes on, and the topic behind them.
    /// docs/topics.md.</summary>
    public event EventHandler<TopicGap>? Gap;

    /// <summary>The session as a connection, which is open until the session ends: to send, to receive and to close, as ever.</summary>
    /// <remarks>What belongs to one transport alone it has not: <see cref="WebSocketConnection.StartTrace"/> and
    /// <see cref="WebSocketConnection.AsWebSocket"/> throw <see cref="InvalidOperationException"/>.</remarks>
    public WebSocketConnection Connection { get; }

    /// <summary>How the session ended, once: its <see cref="CloseRecord.Session"/> tells of all its connections. Never fails.</summary>
    public Task<CloseRecord> Closed => Connection.Closed;

    /// <summary>The session's name in the logs of both sides. It opens nothing.</summary>
    public string Id => _session.Id!;

    /// <summary>Whether no connection carries the session at the moment.</summary>
    public bool IsAway => _session.IsAway;

    /// <summary>Opens a connection and begins a session over it.</summary>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="options">How to open each connection, and when to open the next; null for the defaults. They are copied.</param>
    /// <param name="cancellationToken">Ends the wait for the session to begin, and leaves.</param>
    /// <returns>The session, which has begun.</returns>
    /// <exception cref="ArgumentException">As for <see cref="WebSocketConnection.ConnectAsync"/>; thrown before anything is opened.</exception>
    /// <exception cref="WebSocketConnectException">The first connection could not be opened, or the server does not resume sessions
    /// (<see cref="CloseCause.BadHandshake"/>).</exception>
    /// <exception cref="WebSocketClosedException">The server closed before the session began.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ResumableConnection> ConnectAsync(
        Uri url, WebSocketReconnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        var resumable = new ResumableConnection(url, options ?? new WebSocketReconnectOptions());
        try
        {
            Task first = Task.WhenAny(resumable._begun.Task, resumable._kept.Completion);
            await first.WaitAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (OperationCanceledException)
        {
            await resumable._kept.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
            throw;
        }

        if (resumable._begun.Task.IsCompleted) return resumable;
        // Fails where no connection ever opened.
        throw new WebSocketClosedException(await resumable._kept.Completion.ConfigureAwait(SimulationContext.IsCurrent));
    }

    /// <summary>Closes the session with 1000, where neither side has closed it, and waits for the end, at most twice the close timeout, and for the handlers of
    /// the events; not to be awaited in one of them.</summary>
    /// <returns>Completes when the session has ended, and every event was raised.</returns>
    public async ValueTask DisposeAsync()
    {
        await Connection.CloseAsync().ConfigureAwait(SimulationContext.IsCurrent);
        await _left.ConfigureAwait(SimulationContext.IsCurrent);
        var raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OnPoolInOrder(raised.SetResult);
        await raised.Task.ConfigureAwait(SimulationContext.IsCurrent);
    }

    /// <summary>Makes of the application's options those of a connection that carries a session.</summary>
    private static T Adapt<T>(T copy)
        where T : WebSocketClientOptions
    {
        string[] inner = [.. copy.Subprotocols];
        copy.Subprotocols.Clear();
        foreach (string own in inner) copy.Subprotocols.Add($"{ResumeControl.Subprotocol}+{own}");
        copy.Subprotocols.Add(ResumeControl.Subprotocol);
        copy.RequireSubprotocol = true;
        return SessionDriver.OptionsOfCarrier(copy);
    }

    private static async ValueTask<WebSocketClientOptions?> RenewAsync(
        Func<CloseRecord, CancellationToken, ValueTask<WebSocketClientOptions?>> renew, CloseRecord last, CancellationToken cancellationToken) =>
        await renew(last, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent) is { } renewed ? Adapt(new WebSocketClientOptions(renewed)) : null;

    /// <summary>One connection, to its end.</summary>
    private async Task CarryAsync(WebSocketConnection connection, CancellationToken cancellationToken)
    {
        // No second one is tried before the session has begun.
        if (!_begun.Task.IsCompleted) Connection.OpenedBy(connection, OwnSubprotocolOf(connection));
        _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _carrier = _session.Connect(connection.Driver);
        if (_carrier is null) connection.Driver.BeginClose(Violations.ResumeBeforeAnswer());
        try
        {
            // A server that speaks the subprotocol and does not answer is as good as none.
            await Task.WhenAny(_answered.Task, connection.Closed).WaitAsync(_options.ConnectTimeout, _options.TimeProvider, CancellationToken.None)
                .ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (TimeoutException)
        {
            connection.Abort();
        }

        await connection.Closed.ConfigureAwait(SimulationContext.IsCurrent);
    }

    /// <summary>What follows an end: nothing where the session is over, and else what the application's policy says, or the advice.</summary>
    private ReconnectDecision Decide(CloseRecord last, int attempt)
    {
        // The application decides about openings that fail as well; of a session that never began there is nothing to come back to.
        if (!_begun.Task.IsCompleted || !_session.IsOpen || (last.WasOpen && !ResumableEnds.Allows(WebSocketRole.Client, last))) return ReconnectDecision.Stop;
        ResumeControl.Retry? retry = Interlocked.Exchange(ref _retry, null);
        if (_policy?.Invoke(last, attempt) is { IsAdvice: false } own) return own;
        if (retry is { } asked) return ReconnectDecision.After(Between(asked.Earliest, asked.Latest));
        if (last.WasOpen && last.Elapsed >= HeldForAWhile) return ReconnectDecision.After(Between(TimeSpan.Zero, FirstDelay));
        // Without a session the advice is not to come back after a close frame without a code.
        return last.Code != CloseCodes.NoStatusReceived
            ? ReconnectDecision.AsAdvised
            : ReconnectDecision.After(ReconnectAdvice.Yes.GetDelay(attempt, _options.Random.NextDouble())!.Value);
    }

    private TimeSpan Between(TimeSpan earliest, TimeSpan latest) => earliest + ((latest - earliest) * _options.Random.NextDouble());

    private void Ended(ReconnectPlan plan)
    {
        SessionCarrier? carrier = _carrier;
        _carrier = null;
        _session.Gone(carrier, plan.Last, mayResume: plan.Delay is not null);
        _onEnded?.Invoke(plan);
        if (plan.Delay is not null && _session.IsOpen) Raise(Reconnecting, plan);
    }

    private void Came(ResumeControl control)
    {
        _answered?.TrySetResult();
        switch (control)
        {
            case ResumeControl.Session:
                _begun.TrySetResult();
                break;
            case ResumeControl.Resumed:
                if (_session.Story.Connections is [.., var before]) Raise(Resumed, before);
                break;
            case ResumeControl.Gap gap:
                Raise(Gap, new TopicGap(gap.Name, gap.From, gap.To));
                break;
            case ResumeControl.Retry retry:
                _retry = retry;
                break;
        }
    }

    /// <summary>The session may end while nothing is open, and no further connection is tried then; or none is tried any more, and it is over.</summary>
    private async Task LeaveAsync()
    {
        await Task.WhenAny(Closed, _kept.Completion).ConfigureAwait(SimulationContext.IsCurrent);
        if (!_session.IsOver)
        {
            // What the application's policy or its renewal throws ends the sequence, which then tells of nothing.
            SessionCarrier? carrier = _carrier;
            if (carrier is null) _session.EndWithConnection();
            else _session.Gone(carrier, await carrier.Connection.Closed.ConfigureAwait(SimulationContext.IsCurrent), mayResume: false);
        }

        CloseRecord record = await Closed.ConfigureAwait(SimulationContext.IsCurrent);
        if (record.Session is { Lost: not null } story) Raise(Lost, story);
        await _kept.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }

    private void Raise<T>(EventHandler<T>? listeners, T told)
    {
        if (listeners is not null)
            OnPoolInOrder(() => Guarded.Call((sender: this, listeners, told), static of => of.listeners(of.sender, of.told), failed: null));
    }

    private void OnPoolInOrder(Action raise)
    {
        _events.Add(raise);
        OnPool.Run(_events, static events => events.Tell());
    }

    private static string? OwnSubprotocolOf(WebSocketConnection carrier) =>
        carrier.Subprotocol is { } agreed && agreed.StartsWith($"{ResumeControl.Subprotocol}+", StringComparison.Ordinal)
            ? agreed[(ResumeControl.Subprotocol.Length + 1)..]
            : null;
}
