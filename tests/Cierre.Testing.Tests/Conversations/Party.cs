namespace Cierre.Testing.Tests.Conversations;

/// <summary>One application with its connection: it plays its plan and remembers what it saw.</summary>
internal sealed class Party(string name, SimulatedNetwork network, WebSocketConnection connection, Plan plan, Wire outgoing, Wire incoming)
{
    private readonly List<Message> _received = [];
    private readonly List<Sent> _sent = [];
    private readonly List<Task> _pings = [], _hurried = [];
    private readonly Random _random = new(network.Random.Next());
    private IReadOnlyList<Sent> _sentBeforeEnd = [];
    private bool _cutsOff;
    private int _answered;
    private TaskCompletionSource? _stop;

    private enum Fate
    {
        Pending,
        Taken,
        Cancelled,
        Refused,
    }

    public string Name => name;

    public Plan Plan => plan;

    /// <summary>What this side writes.</summary>
    public Wire Outgoing => outgoing;

    /// <summary>What has arrived here.</summary>
    public Wire Incoming => incoming;

    public CloseRecord Record { get; private set; } = null!;

    public TimeSpan RecordAt { get; private set; }

    /// <summary>When this side asked for the end first; null: it did not.</summary>
    public TimeSpan? EndedAt { get; private set; }

    /// <summary>How many messages had come when this side asked for the end: what comes later is dropped.</summary>
    public int CameBeforeEnd { get; private set; } = int.MaxValue;

    public IReadOnlyList<Message> Received => _received;

    /// <summary>How many messages were handed out up to the last that was read whole: one that is skipped may have been cut.</summary>
    public int ReadWhole => _received.FindLastIndex(message => !message.IsSkipped) + 1;

    /// <summary>How many messages were sent whole before this side asked for the end, and neither cancelled nor refused.</summary>
    public int AcceptedBeforeEnd => _sentBeforeEnd.Count(sent => sent.Fate is Fate.Taken);

    /// <summary>How many of them were refused after all. An unfinished message is cut off by the close, and what waits behind it with it.</summary>
    public int RefusedBeforeEnd => _cutsOff ? 0 : _sentBeforeEnd.Count(sent => sent.Fate is Fate.Refused);

    /// <summary>How many answers were refused.</summary>
    public int AnswersRefused { get; private set; }

    public async Task PlayAsync()
    {
        Task reading = ReadAsync(), ending = plan is { End: not EndKind.None, EndsBehindSends: false } ? EndAtItsTimeAsync() : Task.CompletedTask;
        var sending = new Task[plan.Senders];
        for (int i = 0; i < sending.Length; i++) sending[i] = SendAllAsync();
        await Task.WhenAll(sending);
        if (plan is { End: not EndKind.None, EndsBehindSends: true }) await EndAsync();
        await ending;
        await Task.WhenAll(_hurried);
        Record = await connection.Closed;
        RecordAt = network.Elapsed;
        _stop?.TrySetResult();
        await reading;
        await Task.WhenAll(_pings);
        if (!ReferenceEquals(Record, await connection.Closed)) throw new Broken(name, "has a second record");
        if (connection.IsOpen) throw new Broken(name, "is open behind its record");
        await ExpectClosedAsync(async () => await connection.SendAsync("late"));
        await ExpectClosedAsync(async () => await connection.PingAsync());
    }

    // ---- sending ----

    private async Task SendAllAsync()
    {
        for (int step = 0; step < plan.StepsEach; step++)
        {
            int what = _random.Next(10);
            if (what == 0) await network.Delay(TimeSpan.FromMilliseconds(_random.Next(60)));
            else if (what == 1) _pings.Add(PingAsync());
            else if (what == 2) await StreamAsync();
            else if (what == 3) await CancelledAsync();
            else if (plan.Hurries) _hurried.Add(SendAsync(default));
            else await SendAsync(default);
        }
    }

    private Message NextMessage()
    {
        int length = _random.Next(10) == 0 ? 0 : _random.Next(3) == 0 ? _random.Next(plan.Largest + 1) : _random.Next(Math.Min(plan.Largest, 60) + 1);
        return new Message(_random.Next(2) == 0 ? WebSocketMessageKind.Text : WebSocketMessageKind.Binary, _sent.Count, length);
    }

    private async Task SendAsync(CancellationToken token)
    {
        var sent = new Sent(NextMessage());
        _sent.Add(sent);
        byte[] bytes = sent.Message.ToBytes();
        try
        {
            await (sent.Message.Kind == WebSocketMessageKind.Text ? connection.SendTextAsync(bytes, token) : connection.SendAsync(bytes, token));
            sent.Fate = Fate.Taken;
        }
        catch (WebSocketClosedException)
        {
            sent.Fate = Fate.Refused;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            sent.Fate = Fate.Cancelled;
        }
    }

    private async Task CancelledAsync()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(_random.Next(30)), network.Time);
        await SendAsync(source.Token);
    }

    private async Task StreamAsync()
    {
        var sent = new Sent(NextMessage()) { IsWhole = false };
        _sent.Add(sent);
        byte[] bytes = sent.Message.ToBytes();
        try
        {
            WebSocketMessageStream stream = await connection.OpenSendStreamAsync(sent.Message.Kind);
            sent.Fate = Fate.Taken;
            for (int at = 0; at < bytes.Length;)
            {
                int count = Math.Min(bytes.Length - at, _random.Next(1, Math.Max(2, bytes.Length)));
                await stream.WriteAsync(bytes.AsMemory(at, count));
                at += count;
                if (_random.Next(6) == 0) await network.Delay(TimeSpan.FromMilliseconds(_random.Next(20)));
            }

            ValueTask ended = stream.DisposeAsync();
            sent.IsWhole = true;
            await ended;
        }
        catch (WebSocketClosedException)
        {
            sent.Fate = Fate.Refused;
        }
    }

    private async Task PingAsync()
    {
        try
        {
            TimeSpan roundTrip = await connection.PingAsync();
            if (roundTrip < TimeSpan.Zero || roundTrip > network.Elapsed) throw new Broken(name, $"measured a round trip of {roundTrip}");
        }
        catch (WebSocketClosedException)
        {
            // It closed before the answer came.
        }
    }

    // ---- reading ----

    private async Task ReadAsync()
    {
        try
        {
            await ReadAllAsync();
        }
        catch (Broken)
        {
            // Whoever waits for this side need not wait any longer: this is the news.
            connection.Abort();
            throw;
        }
    }

    private async Task ReadAllAsync()
    {
        while (true)
        {
            if (_received.Count >= plan.StopsReadingAfter && Record is null) await (_stop = new TaskCompletionSource()).Task;
            if (plan.PauseMilliseconds > 0) await network.Delay(TimeSpan.FromMilliseconds(_random.Next(plan.PauseMilliseconds)));
            bool more = _random.Next(5) switch
            {
                0 => await ReadStreamAsync(),
                1 => await ReadCancelledAsync(),
                _ => Take(await connection.ReceiveAsync()),
            };
            if (!more) break;
            while (_answered < _received.Count) await AnswerAsync();
        }

        if (await connection.ReceiveAsync() is not null) throw new Broken(name, "got a message behind the end");
        if (await connection.ReceiveStreamAsync() is not null) throw new Broken(name, "got a stream behind the end");
    }

    private async Task AnswerAsync()
    {
        _answered++;
        if (plan.AnswersWithin is not { } most) return;
        await network.Delay(TimeSpan.FromMilliseconds(_random.Next(most)));
        try
        {
            await connection.SendAsync("answer");
        }
        catch (WebSocketClosedException)
        {
            AnswersRefused++;
        }
    }

    private bool Take(WebSocketMessage? message)
    {
        if (message is not { } came) return false;
        Add(came.Kind, came.Data.Span);
        return true;
    }

    private async Task<bool> ReadCancelledAsync()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(_random.Next(20)), network.Time);
        try
        {
            return Take(await connection.ReceiveAsync(source.Token));
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task<bool> ReadStreamAsync()
    {
        await using WebSocketMessageStream? stream = await connection.ReceiveStreamAsync();
        if (stream is null) return false;
        bool skips = _random.Next(4) == 0;
        using var content = new MemoryStream();
        byte[] buffer = new byte[_random.Next(1, 5000)];
        try
        {
            int count;
            while (!(skips && content.Length > 0) && (count = await stream.ReadAsync(buffer)) > 0) content.Write(buffer, 0, count);
        }
        catch (WebSocketClosedException)
        {
            // It ended inside the message, which therefore does not count.
            return true;
        }

        if (skips) _received.Add(new Message(stream.Kind, -1, -1));
        else Add(stream.Kind, content.GetBuffer().AsSpan(0, (int)content.Length));
        return true;
    }

    private void Add(WebSocketMessageKind kind, ReadOnlySpan<byte> bytes)
    {
        Message came = Peer?.NextFor(_received.Count) ?? new Message(kind, 0, bytes.Length);
        if (Peer is not null && came.Mismatch(kind, bytes) is { } mismatch) throw new Broken(name, $"got as message {_received.Count} {mismatch}, not {came}");
        _received.Add(came);
    }

    /// <summary>The other application; null where a raw peer speaks.</summary>
    public Party? Peer { get; set; }

    private Message NextFor(int index)
    {
        foreach (Sent sent in _sent)
        {
            if (sent.Fate is Fate.Pending or Fate.Taken && index-- == 0) return sent.Message;
        }

        throw new Broken(name, "is said to have sent more messages than it did");
    }

    // ---- the end ----

    private async Task EndAtItsTimeAsync()
    {
        await network.Delay(plan.EndsAfter);
        await EndAsync();
    }

    private async Task EndAsync()
    {
        EndedAt = network.Elapsed;
        _sentBeforeEnd = [.. _sent.Where(sent => sent.IsWhole)];
        _cutsOff = _sent.Any(sent => !sent.IsWhole);
        if (connection.IsOpen) CameBeforeEnd = incoming.Messages;
        network.AddNote($"the {name}'s application: {plan.End}{(plan.End is EndKind.Close or EndKind.CloseTwice ? $" {plan.Code}" : "")}");
        switch (plan.End)
        {
            case EndKind.Close:
                await connection.CloseAsync(plan.Code, plan.Reason);
                break;
            case EndKind.CloseTwice:
                Task<CloseRecord> first = connection.CloseAsync(plan.Code, plan.Reason), second = connection.CloseAsync(4100, "the second");
                await second;
                await first;
                break;
            case EndKind.Dispose:
                await connection.DisposeAsync();
                break;
            case EndKind.Abort:
                connection.Abort();
                break;
        }
    }

    private async Task ExpectClosedAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (WebSocketClosedException e) when (e.Record == Record)
        {
            return;
        }

        throw new Broken(name, "took something to send behind its end");
    }

    private sealed class Sent(Message message)
    {
        public Message Message => message;

        public Fate Fate { get; set; }

        /// <summary>Whether its end was handed over: a message that is open when the close begins is cut off.</summary>
        public bool IsWhole { get; set; } = true;
    }
}
