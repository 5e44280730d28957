using Cierre.Closing;
using Cierre.Opening;

namespace Cierre.Reconnecting;

/// <summary>
/// What a reconnecting client remembers, and what it makes of an end: whether, when and where it connects again. It waits for nothing and knows no socket.
/// </summary>
/// <remarks>RFC 6455 7.2.3. The growth of the delays begins anew after a connection that was open for
/// <see cref="WebSocketReconnectOptions.StableAfter"/>.</remarks>
internal sealed class ReconnectPlanner(Uri url, WebSocketReconnectOptions options)
{
    private readonly Uri[] _urls = [url, .. options.AlternateUrls];
    private readonly HashSet<int> _shedding = [];
    private int _current;
    private int _attempt;
    private int _longWaits;

    /// <summary>Where to connect to now.</summary>
    public Uri Url => _urls[_current];

    /// <summary>How many connections in a row, up to now, were lost within a second of opening.</summary>
    public int EarlyLosses { get; private set; }

    /// <summary>Takes an end in and decides what follows.</summary>
    public ReconnectPlan Next(CloseRecord last)
    {
        Remember(last);
        ReconnectDecision decision = options.Policy?.Invoke(last, _attempt) ?? ReconnectDecision.AsAdvised;
        if (decision.IsAdvice) return Advised(last);
        if (decision.Renews && options.CredentialsRenewal is null)
            throw new InvalidOperationException("The policy asks for new credentials; set WebSocketReconnectOptions.CredentialsRenewal, which gets them.");
        return Plan(last, decision.Stops ? null : decision.Delay, decision.Renews);
    }

    private void Remember(CloseRecord last)
    {
        if (last.WasOpen && last.Elapsed >= options.StableAfter)
        {
            (_attempt, _longWaits) = (0, 0);
            _shedding.Clear();
        }

        _attempt++;
        EarlyLosses = CloseEvidence.IsEarlyLoss(last) ? EarlyLosses + 1 : 0;
    }

    private ReconnectPlan Advised(CloseRecord last)
    {
        ReconnectAdvice advice = ReconnectAdvice.For(last, options.TimeProvider.GetUtcNow());
        return advice.Kind switch
        {
            ReconnectKind.AfterNewCredentials when options.CredentialsRenewal is null => Plan(last, null),
            ReconnectKind.OtherAddress => Plan(last, MoveOn() ? TimeSpan.Zero : advice.GetDelay(++_longWaits, options.Random.NextDouble())),
            _ => Plan(last, advice.GetDelay(_attempt, options.Random.NextDouble()), advice.Kind == ReconnectKind.AfterNewCredentials),
        };
    }

    /// <summary>Goes on to the next address that has not said 1013; false: each has, and a new round begins.</summary>
    private bool MoveOn()
    {
        _shedding.Add(_current);
        _current = (_current + 1) % _urls.Length;
        while (_shedding.Contains(_current) && _shedding.Count < _urls.Length) _current = (_current + 1) % _urls.Length;
        if (_shedding.Count < _urls.Length) return true;
        _shedding.Clear();
        return false;
    }

    private ReconnectPlan Plan(CloseRecord last, TimeSpan? delay, bool renews = false) =>
        new(last, _attempt, delay, UrlUserInfo.Without(Url), renews);
}
