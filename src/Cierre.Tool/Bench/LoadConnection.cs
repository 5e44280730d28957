namespace Cierre.Tool.Bench;

/// <summary>One connection under load: it keeps up to <c>depth</c> messages in flight, each sent when it is due, and times their echoes, which come in
/// order.</summary>
/// <param name="number">Which connection of the run this is, from 0.</param>
/// <param name="schedule">When messages are due; null: as soon as there is room for them.</param>
internal sealed class LoadConnection(WebSocketConnection connection, int number, Schedule? schedule, int depth, Payload payload, Meter meter, TimeProvider time)
{
    // The pacer and the receiver both send; the order of the times here must be that of the messages on the wire.
    private readonly Lock _gate = new();
    private readonly long[] _dueAt = new long[depth];
    private long _sent;
    private long _answered;
    private bool _stopped;

    public WebSocketConnection Connection => connection;

    /// <summary>Sends and receives until the connection ends.</summary>
    public async Task RunAsync()
    {
        Pump();
        await foreach (WebSocketMessage message in connection.ReadAllAsync())
        {
            Answered(message);
            // In place: what is sent before the next message is awaited leaves together with all that answers this batch of input.
            Pump();
        }

        lock (_gate) _stopped = true;
    }

    /// <summary>Sends what is due, as far as the depth allows.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            while (!_stopped && _sent - _answered < depth)
            {
                long now = time.GetTimestamp(), due = schedule?.DueAt(schedule.Of(number, _sent)) ?? now;
                if (due > now) return;
                _dueAt[_sent++ % depth] = due;
                if (schedule is not null) meter.SendDelay.Add(time.GetElapsedTime(due, now));
                Send();
            }
        }
    }

    /// <summary>Sends nothing more, and says what has no answer.</summary>
    /// <param name="waited">Told of each such message for how long it has been due. On a connection that ended by itself nothing waits any more.</param>
    /// <returns>How many there are.</returns>
    public long Stop(Action<TimeSpan> waited)
    {
        lock (_gate)
        {
            if (_stopped) return _sent - _answered;
            _stopped = true;
            long now = time.GetTimestamp(), end = schedule is null ? _sent : Math.Max(schedule.DueBefore(now, number), _sent);
            for (long n = _answered; n < end; n++) waited(time.GetElapsedTime(n < _sent ? _dueAt[n % depth] : schedule!.DueAt(schedule.Of(number, n)), now));
            return end - _answered;
        }
    }

    private void Answered(WebSocketMessage message)
    {
        long due;
        lock (_gate)
        {
            // More than was sent is no echo.
            if (_answered == _sent)
            {
                meter.WrongEcho();
                return;
            }

            due = _dueAt[_answered++ % depth];
        }

        if (payload.IsEchoedBy(message)) meter.Latency.Add(time.GetElapsedTime(due));
        else meter.WrongEcho();
    }

    private void Send()
    {
        ValueTask sent = connection.SendAsync(payload.Kind, payload.Bytes, WebSocketSendOptions.None);
        // Waiting for room here would stop the reading that makes room; the depth bounds what is under way.
        if (!sent.IsCompletedSuccessfully) _ = ObserveAsync(sent);
    }

    private static async Task ObserveAsync(ValueTask sent)
    {
        try
        {
            await sent;
        }
        catch (WebSocketClosedException)
        {
            // The record says what happened.
        }
    }
}
