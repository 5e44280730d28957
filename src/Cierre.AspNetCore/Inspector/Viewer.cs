using System.Globalization;
using System.Text.Json;

namespace Cierre.AspNetCore.Inspector;

/// <summary>One who looks: what he asked to see, and the one clock that shows it to him. With him everything goes.</summary>
internal sealed class Viewer : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>The list is sent every so many ticks: once a second.</summary>
    private const int TicksPerList = 5;

    private readonly WebSocketConnection _connection;
    private readonly ShownConnections _shown;
    private readonly ShownSessions _sessions;
    private readonly WebSocketInspectorOptions _options;
    private readonly TimeProvider _time;
    private readonly ClosesFeed _closes;
    // What he says and what the clock shows him take turns.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private CultureInfo _culture;
    private ListQuery? _list;
    private Following? _following;
    // A page that was away may show some that are gone.
    private bool _hasSessions = true;

    private Viewer(
        WebSocketConnection connection, CultureInfo culture, ShownConnections shown, ShownSessions sessions, WebSocketInspectorOptions options,
        TimeProvider time)
    {
        (_connection, _culture, _shown, _sessions, _options, _time) = (connection, culture, shown, sessions, options, time);
        _closes = new ClosesFeed(shown);
    }

    public static async Task RunAsync(
        WebSocketConnection connection,
        CultureInfo culture,
        ShownConnections shown,
        ShownSessions sessions,
        WebSocketInspectorOptions options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var viewer = new Viewer(connection, culture, shown, sessions, options, time);
        Task showing = viewer.ShowAsync(cancellationToken);
        try
        {
            await viewer.ListenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketClosedException)
        {
            // He left.
        }

        await showing.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _following?.Dispose();
        _turn.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await foreach (WebSocketMessage message in _connection.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            ViewerCommand? command;
            try
            {
                command = message.GetJson(InspectorJson.Default.ViewerCommand);
            }
            catch (JsonException)
            {
                _ = _connection.CloseAsync(CloseCodes.InvalidFramePayloadData, "not a command of the inspector", CancellationToken.None);
                return;
            }

            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await ObeyAsync(command).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private async Task ObeyAsync(ViewerCommand? command)
    {
        switch (command)
        {
            case { Type: "list" }:
                Speak(Language.Find(command.Lang) ?? _culture);
                _list = new ListQuery(command.Before, command.Filter, command.Limit);
                await ListAsync().ConfigureAwait(false);
                break;
            case { Type: "follow", Id: { } id }:
                await FollowAsync(id, command.Process).ConfigureAwait(false);
                break;
            case { Type: "unfollow" }:
                Unfollow();
                break;
            default:
                _ = _connection.CloseAsync(CloseCodes.PolicyViolation, "the inspector knows list, follow and unfollow", CancellationToken.None);
                break;
        }
    }

    /// <summary>What was told in another language is told again.</summary>
    private void Speak(CultureInfo culture)
    {
        if (culture.Equals(_culture)) return;
        _culture = culture;
        _closes.Restart();
    }

    private async Task FollowAsync(long id, string? process)
    {
        Unfollow();
        if (!_shown.IsMeant(process) || _shown.Find(id) is not { } entry)
        {
            await _connection.SendJsonAsync(new EndedMessage("ended", id, null, null), InspectorJson.Default.EndedMessage).ConfigureAwait(false);
            return;
        }

        _following = new Following(entry, _options);
        FrameRow[] before = [.. _following.FramesBefore.Select(frame => RowsOf.Seen(frame, _culture))];
        await _connection.SendJsonAsync(new FollowingMessage("following", _shown.Process, id, _options.PayloadBytes > 0, before),
            InspectorJson.Default.FollowingMessage).ConfigureAwait(false);
    }

    private void Unfollow()
    {
        _following?.Dispose();
        _following = null;
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        using var clock = new PeriodicTimer(Tick, _time);
        try
        {
            for (int tick = 1; await clock.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false); tick++)
            {
                await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    if (_following is { } following) await ShowFramesAsync(following).ConfigureAwait(false);
                    if (tick % TicksPerList == 0 && _list is not null) await ListAsync().ConfigureAwait(false);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketClosedException)
        {
            // He left.
        }
    }

    private async Task ShowFramesAsync(Following following)
    {
        int most = (int)(_options.MaxFramesPerSecond * Tick.TotalSeconds);
        if (following.Next(most, _culture) is { } frames) await _connection.SendJsonAsync(frames, InspectorJson.Default.FramesMessage).ConfigureAwait(false);
        if (!following.IsOver) return;
        Unfollow();
        CloseRecord record = await following.Entry.Carrier.Closed.ConfigureAwait(false);
        await _connection.SendJsonAsync(new EndedMessage("ended", following.Entry.Id, record.Code, record.Explain(_culture)),
            InspectorJson.Default.EndedMessage).ConfigureAwait(false);
    }

    private async Task ListAsync()
    {
        await _connection.SendJsonAsync(_shown.List(_list!, _culture), InspectorJson.Default.ConnectionsMessage).ConfigureAwait(false);
        SessionsMessage sessions = _sessions.List(_list!);
        // Who has none hears nothing of them; and that the last is gone.
        if (sessions.Open > 0 || _hasSessions) await _connection.SendJsonAsync(sessions, InspectorJson.Default.SessionsMessage).ConfigureAwait(false);
        _hasSessions = sessions.Open > 0;
        if (_closes.Next(_culture) is { } closes) await _connection.SendJsonAsync(closes, InspectorJson.Default.ClosesMessage).ConfigureAwait(false);
    }
}
