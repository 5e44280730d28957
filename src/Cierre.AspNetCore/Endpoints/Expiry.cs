using System.Runtime.CompilerServices;
using System.Security.Claims;
using Cierre.AspNetCore.Logging;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Timing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>What ends a connection by the endpoint's clock: credentials that expire (3000), a permission that is gone (3003), a handler's deadline
/// (3008).</summary>
/// <remarks>It lies in the wheel of the connection's clock; a callback of the application's runs on the pool.</remarks>
internal sealed class Expiry : DeadlineWheel.Entry
{
    // A wall clock can be set: an expiry is looked at again at least this often.
    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly WebSocketCredentials _credentials;
    private readonly WebSocketConnection _connection;
    private readonly WebSocketEndpointOptions _options;
    private readonly HttpContext _opening;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;
    private readonly Action<ClaimsPrincipal> _renewed;
    private readonly TimeProvider _time;
    private readonly DeadlineWheel _wheel;
    private readonly long _opened;
    private ClaimsPrincipal _user;
    private DateTimeOffset? _expiresAt;
    private TimeSpan _nextCheck;
    private bool _watches;
    private bool _warned;
    private bool _checking;

    private Expiry(WebSocketConnection connection, HttpContext context, WebSocketEndpointOptions options, ILogger logger, Action<ClaimsPrincipal> renewed)
    {
        (_connection, _options, _logger, _time, _renewed) = (connection, options, logger, options.TimeProvider, renewed);
        _wheel = DeadlineWheel.For(_time);
        _opened = _time.GetTimestamp();
        _opening = context;
        _scopes = context.RequestServices.GetRequiredService<IServiceScopeFactory>();
        _user = context.User;
        // Those of a delegate's parameter are there already.
        _credentials = context.Features.Get<WebSocketCredentials>() ?? new WebSocketCredentials();
        if (options.ExpirySelector is { } of) _expiresAt = of(context);
        else CredentialsEnd.TryRead(context, out _expiresAt);
        _nextCheck = options.PermissionCheck is not null && options.PermissionCheckInterval > TimeSpan.Zero
            ? options.PermissionCheckInterval
            : TimeSpan.MaxValue;
    }

    public ClaimsPrincipal User
    {
        get
        {
            lock (_gate) return _user;
        }
    }

    public DateTimeOffset? ExpiresAt
    {
        get
        {
            lock (_gate) return _expiresAt;
        }
    }

    /// <summary>Begins to watch, and gives the handler what it can renew.</summary>
    /// <param name="renewed">Told of the user of each renewal.</param>
    public static void Watch(WebSocketConnection connection, HttpContext context, WebSocketEndpointOptions options, ILogger logger,
        Action<ClaimsPrincipal> renewed)
    {
        var expiry = new Expiry(connection, context, options, logger, renewed);
        context.Features.Set(expiry._credentials);
        expiry._credentials.Begin(expiry);
        expiry.Schedule();
    }

    /// <param name="cancellationToken">Ends the wait. That of the connection's own end says nothing new: the renewal then answers false.</param>
    public Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        RenewAsync(user, expiresAt).WaitAsync(ConnectionControl.Of(_connection).Foreign(cancellationToken));

    private async Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt)
    {
        // The request is there while the connection is.
        if (!_connection.IsOpen) return false;
        Renewal renewal = await AskAsync(user).ConfigureAwait(false);
        if (renewal.Fault is { } fault)
        {
            ConnectionControl.Of(_connection).Close(fault);
            return false;
        }

        lock (_gate)
        {
            if (!_connection.IsOpen) return false;
            (_user, _expiresAt, _warned) = (renewal.User, expiresAt, false);
        }

        _renewed(renewal.User);
        Schedule();
        return true;
    }

    public override void Due()
    {
        if (!_connection.IsOpen) return;
        Violation? over = null;
        bool warn = false, check = false;
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            if (_options.HandlerTimeout > TimeSpan.Zero && now >= _options.HandlerTimeout) over = Violations.Deadline(_options.HandlerTimeout);
            else if (UntilExpiry is { } left && left <= TimeSpan.Zero) over = Violations.CredentialsExpired(_expiresAt!.Value);
            else
            {
                warn = !_warned && _options.OnExpiring is not null && UntilExpiry <= _options.ExpiryWarning;
                bool due = now >= _nextCheck;
                if (due) _nextCheck = now + _options.PermissionCheckInterval;
                // One that takes longer than the interval is not overtaken.
                check = due && !_checking;
                _warned |= warn;
                _checking |= check;
            }
        }

        if (over is not null)
        {
            ConnectionControl.Of(_connection).Close(over);
            return;
        }

        if (warn) _ = Task.Run(WarnAsync);
        if (check) _ = Task.Run(CheckAsync);
        Schedule();
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_opened);

    private TimeSpan? UntilExpiry => _options.CloseOnExpiry && _expiresAt is { } at ? at - _time.GetUtcNow() : null;

    private void Schedule()
    {
        TimeSpan next = TimeSpan.MaxValue;
        bool first;
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            if (_options.HandlerTimeout > TimeSpan.Zero) next = _options.HandlerTimeout - now;
            if (_nextCheck != TimeSpan.MaxValue) next = Earlier(next, _nextCheck - now);
            if (UntilExpiry is { } left)
            {
                bool willWarn = !_warned && _options.OnExpiring is not null;
                next = Earlier(next, Earlier(willWarn ? left - _options.ExpiryWarning : left, LongestRest));
            }

            if (next == TimeSpan.MaxValue) return;
            first = !_watches;
            _watches = true;
        }

        _wheel.Schedule(this, next);
        // One that ended meanwhile has left the wheel before.
        if (_connection.Closed.IsCompleted) Leave();
        else if (first)
            _connection.Closed.ContinueWith(static (_, expiry) =>
                ((Expiry)expiry!).Leave(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Leave() => _wheel.Remove(this);

    private async Task WarnAsync()
    {
        try
        {
            await _options.OnExpiring!(_connection, _credentials).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the application's callback throws, the connection goes on until its credentials expire.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // A message that the peer could not be sent any more is no news.
            if (e is not WebSocketClosedException) CloseLog.CallbackFailed(_logger, nameof(WebSocketEndpointOptions.OnExpiring), e);
        }
    }

    private async Task CheckAsync()
    {
        bool permitted = await IsPermittedAsync(User).ConfigureAwait(false);
        lock (_gate) _checking = false;
        if (!permitted) ConnectionControl.Of(_connection).Close(Violations.Forbidden());
    }

    private async Task<Renewal> AskAsync(ClaimsPrincipal user)
    {
        AsyncServiceScope scope = _scopes.CreateAsyncScope();
        await using ConfiguredAsyncDisposable end = scope.ConfigureAwait(false);
        Renewal renewal = await Renewal.OfAsync(_opening, user, scope.ServiceProvider).ConfigureAwait(false);
        if (renewal.Fault is not null || await IsPermittedAsync(renewal.User).ConfigureAwait(false)) return renewal;
        return renewal with { Fault = Violations.Forbidden() };
    }

    private async Task<bool> IsPermittedAsync(ClaimsPrincipal user)
    {
        if (_options.PermissionCheck is not { } isPermitted) return true;
        try
        {
            return await isPermitted(_connection, user).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What cannot be checked is not permitted.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CloseLog.CallbackFailed(_logger, nameof(WebSocketEndpointOptions.PermissionCheck), e);
            return false;
        }
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
