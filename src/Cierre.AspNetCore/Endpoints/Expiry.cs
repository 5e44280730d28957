using System.Runtime.CompilerServices;
using System.Security.Claims;
using Cierre.AspNetCore.Admission;
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
    private readonly WebSocketEndpoint _endpoint;
    private readonly OpenConnection _entry;
    private readonly Slot _slot;
    private readonly HttpContext _opening;
    private readonly DeadlineWheel _wheel;
    private readonly long _opened;
    private ClaimsPrincipal _user;
    private DateTimeOffset? _expiresAt;
    private TimeSpan _nextCheck;
    private int _renewals;
    private int _renewed;
    private bool _watches;
    private bool _warned;
    private bool _checking;

    public Expiry(WebSocketCredentials credentials, WebSocketEndpoint endpoint, OpenConnection entry, Slot slot, HttpContext opening, ClaimsPrincipal user,
        DateTimeOffset? expiresAt)
    {
        (_credentials, _endpoint, _entry, _slot, _opening, _user, _expiresAt) = (credentials, endpoint, entry, slot, opening, user, expiresAt);
        _wheel = DeadlineWheel.For(Time);
        _opened = Time.GetTimestamp();
        _nextCheck = ChecksPermission(Options) ? Options.PermissionCheckInterval : TimeSpan.MaxValue;
        Schedule();
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

    /// <summary>When the credentials of a request end, as far as this endpoint looks; null: never.</summary>
    public static DateTimeOffset? EndOf(HttpContext context, WebSocketEndpointOptions options)
    {
        if (options.ExpirySelector is { } of) return of(context);
        CredentialsEnd.TryRead(context, out DateTimeOffset? end);
        return end;
    }

    /// <summary>Whether there is anything to wait for from the opening on, whatever the credentials say.</summary>
    public static bool IsNeeded(WebSocketEndpointOptions options) => options.HandlerTimeout > TimeSpan.Zero || ChecksPermission(options);

    /// <param name="cancellationToken">Ends the wait. That of the connection's own end says nothing new: the renewal then answers false.</param>
    public Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        RenewAsync(user, expiresAt).WaitAsync(ConnectionControl.Of(Connection).Foreign(cancellationToken));

    private async Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt)
    {
        // The request is there while the connection is.
        if (!Connection.IsOpen) return false;
        int turn = Interlocked.Increment(ref _renewals);
        Renewal renewal = await AskAsync(user).ConfigureAwait(false);
        if (renewal.Fault is { } fault)
        {
            ConnectionControl.Of(Connection).Close(fault);
            return false;
        }

        // The application is asked outside the lock.
        string? name = _endpoint.NameOf(renewal.User);
        lock (_gate)
        {
            if (!Connection.IsOpen) return false;
            // A later one was faster, and stays.
            if (turn < _renewed) return true;
            (_user, _expiresAt, _warned, _renewed) = (renewal.User, expiresAt, false, turn);
            _endpoint.Renewed(_entry, _slot, name);
        }

        Schedule();
        return true;
    }

    public override void Due()
    {
        if (!Connection.IsOpen) return;
        Violation? over = null;
        bool warn = false, check = false;
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            if (Options.HandlerTimeout > TimeSpan.Zero && now >= Options.HandlerTimeout) over = Violations.Deadline(Options.HandlerTimeout);
            else if (UntilExpiry is { } left && left <= TimeSpan.Zero) over = Violations.CredentialsExpired(_expiresAt!.Value);
            else
            {
                warn = !_warned && Options.OnExpiring is not null && UntilExpiry <= Options.ExpiryWarning;
                bool due = now >= _nextCheck;
                if (due) _nextCheck = now + Options.PermissionCheckInterval;
                // One that takes longer than the interval is not overtaken.
                check = due && !_checking;
                _warned |= warn;
                _checking |= check;
            }
        }

        if (over is not null)
        {
            // The time of a handler ends its session, and not only the connection that carries it.
            ConnectionControl.Of(over.Cause == CloseCause.Deadline ? _entry.Connection : Connection).Close(over);
            return;
        }

        if (warn) _ = Task.Run(WarnAsync);
        if (check) _ = Task.Run(CheckAsync);
        Schedule();
    }

    private WebSocketConnection Connection => _entry.Carrier;

    private WebSocketEndpointOptions Options => _endpoint.Options;

    private TimeProvider Time => Options.TimeProvider;

    private TimeSpan Elapsed => Time.GetElapsedTime(_opened);

    private TimeSpan? UntilExpiry => Options.CloseOnExpiry && _expiresAt is { } at ? at - Time.GetUtcNow() : null;

    private void Schedule()
    {
        TimeSpan next = TimeSpan.MaxValue;
        bool first;
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            if (Options.HandlerTimeout > TimeSpan.Zero) next = Options.HandlerTimeout - now;
            if (_nextCheck != TimeSpan.MaxValue) next = Earlier(next, _nextCheck - now);
            if (UntilExpiry is { } left)
            {
                bool willWarn = !_warned && Options.OnExpiring is not null;
                next = Earlier(next, Earlier(willWarn ? left - Options.ExpiryWarning : left, LongestRest));
            }

            if (next == TimeSpan.MaxValue) return;
            first = !_watches;
            _watches = true;
        }

        _wheel.Schedule(this, next);
        // One that ended meanwhile has left the wheel before.
        if (Connection.Closed.IsCompleted) Leave();
        else if (first)
            Connection.Closed.ContinueWith(static (_, expiry) =>
                ((Expiry)expiry!).Leave(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Leave() => _wheel.Remove(this);

    private async Task WarnAsync()
    {
        try
        {
            await Options.OnExpiring!(_entry.Connection, _credentials).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the application's callback throws, the connection goes on until its credentials expire.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // A message that the peer could not be sent any more is no news.
            if (e is not WebSocketClosedException) CloseLog.CallbackFailed(_endpoint.Logger, nameof(WebSocketEndpointOptions.OnExpiring), e);
        }
    }

    private async Task CheckAsync()
    {
        ClaimsPrincipal user;
        int renewed;
        lock (_gate) (user, renewed) = (_user, _renewed);
        bool permitted = await IsPermittedAsync(user).ConfigureAwait(false);
        lock (_gate)
        {
            _checking = false;
            // Asked about a user who is not the connection's any more.
            permitted |= renewed != _renewed;
        }

        if (!permitted) ConnectionControl.Of(Connection).Close(Violations.Forbidden());
    }

    private async Task<Renewal> AskAsync(ClaimsPrincipal user)
    {
        AsyncServiceScope scope = _endpoint.Services.CreateAsyncScope();
        await using ConfiguredAsyncDisposable end = scope.ConfigureAwait(false);
        Renewal renewal = await Renewal.OfAsync(_opening, user, scope.ServiceProvider).ConfigureAwait(false);
        if (renewal.Fault is not null || await IsPermittedAsync(renewal.User).ConfigureAwait(false)) return renewal;
        return renewal with { Fault = Violations.Forbidden() };
    }

    private async Task<bool> IsPermittedAsync(ClaimsPrincipal user)
    {
        if (Options.PermissionCheck is not { } isPermitted) return true;
        try
        {
            return await isPermitted(_entry.Connection, user).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What cannot be checked is not permitted.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CloseLog.CallbackFailed(_endpoint.Logger, nameof(WebSocketEndpointOptions.PermissionCheck), e);
            return false;
        }
    }

    private static bool ChecksPermission(WebSocketEndpointOptions options) =>
        options.PermissionCheck is not null && options.PermissionCheckInterval > TimeSpan.Zero;

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
