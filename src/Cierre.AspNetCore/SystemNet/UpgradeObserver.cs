using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Roster;
using Cierre.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>Stands in front of a relay: requests for a WebSocket are refused while the server drains or is under pressure, and what they are
/// upgraded to is looked at.</summary>
internal sealed class UpgradeObserver(IServiceProvider services)
{
    private readonly RelayedConnections _relayed = services.GetRequiredService<RelayedConnections>();
    private readonly DrainGate _gate = services.GetRequiredService<DrainGate>();
    private readonly LateHandlers _late = services.GetRequiredService<LateHandlers>();
    private readonly Capacity _capacity = services.GetRequiredService<Capacity>();
    private readonly UserNames _users = services.GetRequiredService<UserNames>();
    private readonly CierreWebSocketOptions _options = services.GetRequiredService<IOptions<CierreWebSocketOptions>>().Value;
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());

    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (!Upgrade.IsPossible(context) || !WebSocketHandshake.IsRequested(Upgrade.Read(context))) return next(context);
        return RefusalOf(context) is { } refusal ? RefuseAsync(context, refusal) : ObserveAsync(context, next);
    }

    /// <summary>The request was upgraded.</summary>
    public ObservedRelay Begin(HttpContext context, Stream stream, ConnectionTelemetry telemetry)
    {
        var relay = new ObservedRelay(context, Upgrade.RouteOf(context), _users.Of(context.User), _options, stream);
        relay.OverOnWire = () => End(relay, telemetry);
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics) metrics.MetricsDisabled = true;
        telemetry.Opened(() => relay.Passed);
        DrainNotice? drain;
        lock (_gate.Entering)
        {
            drain = _gate.Notice;
            _relayed.Add(relay);
        }

        // One that opened while the drain took its snapshot.
        if (drain is not null) relay.Drain(drain.Frame, drain.Why);
        return relay;
    }

    private async Task ObserveAsync(HttpContext context, RequestDelegate next)
    {
        ConnectionTelemetry telemetry = TelemetryOf(context);
        var observed = new ObservedUpgrade(this, context, telemetry);
        try
        {
            await next(context).ConfigureAwait(false);
            // Whoever took the server's features before has upgraded it unseen.
            if (!observed.HasLeft && context.Response.StatusCode >= StatusCodes.Status300MultipleChoices) telemetry.Answered(context.Response.StatusCode);
        }
        catch (Exception e)
        {
            if (!observed.HasLeft) telemetry.Failed(e);
            throw;
        }
        finally
        {
            if (observed.Relay is { } relay)
            {
                relay.Return();
                End(relay, telemetry);
                _late.Remove(relay);
            }
        }
    }

    private void End(ObservedRelay relay, ConnectionTelemetry telemetry)
    {
        if (relay.End(telemetry) is not { } record) return;
        ConnectionTelemetry.Passed passed = relay.Passed;
        CloseLog.Relayed(_logger, relay.RequestId, relay.Endpoint, record, relay.NotPassed, relay.FromServer, passed);
        if (!relay.HasReturned)
        {
            // A host that stops waits for whoever relays, and says so.
            _late.Add(relay);
            // Returned meanwhile, and perhaps before it was added.
            if (relay.HasReturned) _late.Remove(relay);
        }

        // Last: who waits for the end of all of them may count on having been told of each.
        _relayed.Remove(relay);
    }

    private HandshakeRefusal? RefusalOf(HttpContext context)
    {
        if (_gate.Notice is { } drain) return HandshakeRefusal.Draining(drain.RetryAfter);
        // An endpoint of MapWebSocket decides for itself, and may have a close for it.
        if (context.GetEndpoint()?.Metadata.GetMetadata<WebSocketEndpointMetadata>() is not null) return null;
        return _capacity.RefusalUnderPressure is { } refuse ? HandshakeRefusal.AtCapacity(refuse.Why, refuse.RetryAfter) : null;
    }

    private async Task RefuseAsync(HttpContext context, HandshakeRefusal refusal)
    {
        ConnectionTelemetry telemetry = TelemetryOf(context);
        await refusal.RefuseAsync(context, _logger, Upgrade.RouteOf(context)).ConfigureAwait(false);
        telemetry.Answered(refusal.Status);
    }

    private ConnectionTelemetry TelemetryOf(HttpContext context) =>
        ConnectionTelemetry.OfRelay(Upgrade.RouteOf(context), _options.TimeProvider, e => CloseLog.ListenerFailed(_logger, e));
}

/// <summary>The two features by which a server hands a connection over. RFC 9110 7.8, RFC 8441 4.</summary>
internal sealed class ObservedUpgrade : IHttpUpgradeFeature, IHttpExtendedConnectFeature, IUpgradeOnlooker
{
    private readonly UpgradeObserver _observer;
    private readonly HttpContext _context;
    private readonly ConnectionTelemetry _telemetry;
    private readonly IHttpUpgradeFeature? _upgrade;
    private readonly IHttpExtendedConnectFeature? _connect;

    public ObservedUpgrade(UpgradeObserver observer, HttpContext context, ConnectionTelemetry telemetry)
    {
        (_observer, _context, _telemetry) = (observer, context, telemetry);
        IFeatureCollection features = context.Features;
        _upgrade = features.Get<IHttpUpgradeFeature>();
        _connect = features.Get<IHttpExtendedConnectFeature>();
        if (_upgrade is not null) features.Set<IHttpUpgradeFeature>(this);
        if (_connect is not null) features.Set<IHttpExtendedConnectFeature>(this);
        features.Set<IUpgradeOnlooker>(this);
    }

    /// <summary>Null: the request was not upgraded, or not by a relay.</summary>
    public ObservedRelay? Relay { get; private set; }

    public bool HasLeft { get; private set; }

    public bool IsUpgradableRequest => _upgrade!.IsUpgradableRequest;

    public bool IsExtendedConnect => _connect!.IsExtendedConnect;

    public string? Protocol => _connect!.Protocol;

    public async Task<Stream> UpgradeAsync() => Observe(await _upgrade!.UpgradeAsync().ConfigureAwait(false));

    public async ValueTask<Stream> AcceptAsync() => Observe(await _connect!.AcceptAsync().ConfigureAwait(false));

    public void Leave()
    {
        HasLeft = true;
        _context.Features.Set(_upgrade);
        _context.Features.Set(_connect);
    }

    private ObservedStream Observe(Stream stream)
    {
        Relay = _observer.Begin(_context, stream, _telemetry);
        return new ObservedStream(Relay, stream);
    }
}
