using Cierre.Closing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Admission;

/// <summary>Counts the connections of the server, of each endpoint and of each user, from handshake to end, and decides who has a place.</summary>
internal sealed class Capacity
{
    private readonly Lock _gate = new();
    private readonly WebSocketLimitOptions _limits;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Dictionary<string, int> _ofUser = [];
    private TokenBucket _handshakes;
    private int _taken;
    private int _closing;
    private volatile bool _underPressure;

    public Capacity(IOptions<WebSocketLimitOptions> limits, IServiceProvider services)
    {
        _limits = limits.Value;
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        _handshakes = new TokenBucket(_limits.MaxHandshakesPerSecond ?? 0);
    }

    public WebSocketLimitOptions Limits => _limits;

    /// <summary>Whether the server is under pressure: then it has no place, whatever the counts say.</summary>
    public bool IsUnderPressure
    {
        get => _underPressure;
        set => _underPressure = value;
    }

    /// <summary>What whoever takes no place here is refused with under pressure; null: nothing.</summary>
    public AdmissionDecision.Refuse? RefusalUnderPressure => IsUnderPressure ? new(Violations.LoadShed().Frame.Reason, _limits.RetryAfter) : null;

    public AdmissionDecision Decide(EndpointCapacity endpoint, string? user)
    {
        lock (_gate)
        {
            if (Full(endpoint, user) is not var (violation, most))
            {
                _taken++;
                endpoint.Taken++;
                Count(user);
                return new AdmissionDecision.Admit(new Place(this, endpoint, user));
            }

            if ((endpoint.Response ?? _limits.CapacityResponse) == RefusalMode.Status
                || _closing >= most) return new AdmissionDecision.Refuse(violation.Frame.Reason, _limits.RetryAfter);
            _closing++;
            return new AdmissionDecision.AcceptThenClose(new ClosingPlace(this), violation);
        }
    }

    /// <summary>The limit that is reached, and how many may be told so by a close at a time.</summary>
    private (Violation Violation, int Most)? Full(EndpointCapacity endpoint, string? user)
    {
        // Before the rate: whoever is refused for another reason takes none of it.
        if (IsUnderPressure) return (Violations.LoadShed(), Math.Max(_taken, 1));
        if (_limits.MaxConnections is { } host && _taken >= host) return (Violations.ServerAtCapacity(host), host);
        if (endpoint.Most is { } own && endpoint.Taken >= own) return (Violations.EndpointAtCapacity(own), own);
        if (user is not null && _limits.MaxConnectionsPerUser is { } each && _ofUser.GetValueOrDefault(user) >= each)
            return (Violations.UserAtCapacity(each), each);
        if (_limits.MaxHandshakesPerSecond is { } rate && !_handshakes.TryTake(1, _time.GetElapsedTime(_start)))
            return (Violations.HandshakesTooFast(rate), rate);
        return null;
    }

    private void Count(string? user)
    {
        if (user is not null) _ofUser[user] = _ofUser.GetValueOrDefault(user) + 1;
    }

    private void Uncount(string? user)
    {
        if (user is not null && --_ofUser[user] == 0) _ofUser.Remove(user);
    }

    private sealed class Place(Capacity capacity, EndpointCapacity endpoint, string? user) : Slot
    {
        private string? _user = user;
        private bool _hasLeft;

        /// <summary>Who is over the limit by a renewal stays; the next one has no place.</summary>
        public override void Rename(string? user)
        {
            lock (capacity._gate)
            {
                if (_hasLeft) return;
                capacity.Uncount(_user);
                _user = user;
                capacity.Count(user);
            }
        }

        public override void Dispose()
        {
            lock (capacity._gate)
            {
                if (_hasLeft) return;
                _hasLeft = true;
                capacity._taken--;
                endpoint.Taken--;
                capacity.Uncount(_user);
            }
        }
    }

    /// <summary>Of a connection that opens in order to be told.</summary>
    private sealed class ClosingPlace(Capacity capacity) : Slot
    {
        private bool _hasLeft;

        public override void Rename(string? user)
        {
        }

        public override void Dispose()
        {
            lock (capacity._gate)
            {
                if (!_hasLeft) capacity._closing--;
                _hasLeft = true;
            }
        }
    }
}

/// <summary>How many connections one endpoint takes, and has. The count belongs to <see cref="Capacity"/>.</summary>
internal sealed class EndpointCapacity(int? most, RefusalMode? response)
{
    public int? Most => most;

    /// <summary>Null: as the whole server.</summary>
    public RefusalMode? Response => response;

    public int Taken { get; set; }
}
