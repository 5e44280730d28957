namespace Cierre.Testing.Tests.Conversations;

/// <summary>An application of whole messages: it plays its plan, and its connection answers the peer's close.</summary>
internal sealed class MessageParty(string name, SimulatedNetwork network, WebSocketConnection connection, Plan plan, Wire outgoing, Wire incoming)
    : Party(name, plan, outgoing, incoming)
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

    public override IReadOnlyList<Message> Received => _received;

    public override int AcceptedBeforeEnd => _sentBeforeEnd.Count(sent => sent.Fate is Fate.Taken);

    public override int RefusedBeforeEnd => _cutsOff ? 0 : _sentBeforeEnd.Count(sent => sent.Fate is Fate.Refused);

    /// <summary>How many answers were refused.</summary>
    public int AnswersRefused { get; private set; }

    public override async Task PlayAsync()
    {
        Task reading = ReadAsync(), ending = Plan is { End: not EndKind.None, EndsBehindSends: false } ? EndAtItsTimeAsync() : Task.CompletedTask;
        var sending = new Task[Plan.Senders];
        for (int i = 0; i < sending.Length; i++) sending[i] = SendAllAsync();
        await Task.WhenAll(sending);
        if (Plan is { End: not EndKind.None, EndsBehindSends: true }) await EndAsync();
        await ending;
        await Task.WhenAll(_hurried);
        Record = await connection.Closed;
        RecordAt = network.Elapsed;
        _stop?.TrySetResult();
        await reading;
        await Task.WhenAll(_pings);
        if (!ReferenceEquals(Record, await connection.Closed)) throw new Broken(Name, "has a second record");
        if (connection.IsOpen) throw new Broken(Name, "is open behind its record");
        await ExpectClosedAsync(async () => await connection.SendAsync("late"));
        await ExpectClosedAsync(async () => await connection.PingAsync());
    }

    // ---- sending ----

    private async Task SendAllAsync()
    {
        for (int step = 0; step < Plan.StepsEach; step++)
        {
            int what = _random.Next(10);
            if (what == 0) await network.Delay(TimeSpan.FromMilliseconds(_random.Next(60)));
            else if (what == 1) _pings.Add(PingAsync());
            else if (what == 2) await StreamAsync();
            else if (what == 3) await CancelledAsync();
            else if (Plan.Hurries) _hurried.Add(SendAsync(default));
            else await SendAsync(default);
        }
    }

    private Message NextMessage()
    {
        int length = _random.Next(10) == 0 ? 0 : _random.Next(3) == 0 ? _random.Next(Plan.Largest + 1) : _random.Next(Math.Min(Plan.Largest, 60) + 1);
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
            if (roundTrip < TimeSpan.Zero || roundTrip > network.Elapsed) throw new Broken(Name, $"measured a round trip of {roundTrip}");
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
            if (_received.Count >= Plan.StopsReadingAfter && Record is null) await (_stop = new TaskCompletionSource()).Task;
            if (Plan.PauseMilliseconds > 0) await network.Delay(TimeSpan.FromMilliseconds(_random.Next(Plan.PauseMilliseconds)));
            bool more = _random.Next(5) switch
            {
                0 => await ReadStreamAsync(),
                1 => await ReadCancelledAsync(),
                _ => Take(await connection.ReceiveAsync()),
            };
            if (!more) break;
            while (_answered < _received.Count) await AnswerAsync();
        }

        if (await connection.ReceiveAsync() is not null) throw new Broken(Name, "got a message behind the end");
        if (await connection.ReceiveStreamAsync() is not null) throw new Broken(Name, "got a stream behind the end");
    }

    private async Task AnswerAsync()
    {
        _answered++;
        if (Plan.AnswersWithin is not { } most) return;
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
        if (Peer is not null && came.Mismatch(kind, bytes) is { } mismatch) throw new Broken(Name, $"got as message {_received.Count} {mismatch}, not {came}");
        _received.Add(came);
    }

    public override Message NextFor(int index)
    {
        foreach (Sent sent in _sent)
        {
            if (sent.Fate is Fate.Pending or Fate.Taken && index-- == 0) return sent.Message;
        }

        throw new Broken(Name, "is said to have sent more messages than it did");
    }

    // ---- the end ----

    private async Task EndAtItsTimeAsync()
    {
        await network.Delay(Plan.EndsAfter);
        await EndAsync();
    }

    private async Task EndAsync()
    {
        EndedAt = network.Elapsed;
        _sentBeforeEnd = [.. _sent.Where(sent => sent.IsWhole)];
        _cutsOff = _sent.Any(sent => !sent.IsWhole);
        if (connection.IsOpen) CameBeforeEnd = Incoming.Messages;
        network.AddNote($"the {Name}'s application: {Plan.End}{(Plan.End is EndKind.Close or EndKind.CloseTwice ? $" {Plan.Code}" : "")}");
        switch (Plan.End)
        {
            case EndKind.Close:
                await connection.CloseAsync(Plan.Code, Plan.Reason);
                break;
            case EndKind.CloseTwice:
                Task<CloseRecord> first = connection.CloseAsync(Plan.Code, Plan.Reason), second = connection.CloseAsync(4100, "the second");
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

        throw new Broken(Name, "took something to send behind its end");
    }

    private sealed class Sent(Message message)
    {
        public Message Message => message;

        public Fate Fate { get; set; }

        /// <summary>Whether its end was handed over: a message that is open when the close begins is cut off.</summary>
        public bool IsWhole { get; set; } = true;
    }
}
