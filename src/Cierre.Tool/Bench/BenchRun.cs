namespace Cierre.Tool.Bench;

/// <summary>One run: open, warm up, measure, close.</summary>
internal sealed class BenchRun(BenchSettings settings, IBenchReport report, TimeProvider time)
{
    // Enough to be quick, few enough for a listen backlog.
    private const int OpeningAtOnce = 64;

    private readonly Meter _meter = new();
    private readonly Ends _ends = new();
    private volatile bool _over;
    private int _open;

    /// <param name="interruption">Ends the measurement early; what was counted until then is reported.</param>
    public async Task<BenchResult> RunAsync(CancellationToken interruption)
    {
        using ServerProcess? server = settings.Pid is { } pid ? new ServerProcess(pid) : null;
        long memory = server?.ResidentBytes ?? 0, begun = time.GetTimestamp();
        IReadOnlyList<WebSocketConnection> opened = await OpenAsync(interruption);
        TimeSpan opening = time.GetElapsedTime(begun);
        report.Opened(settings, opened.Count, opening);
        memory = opened.Count == 0 ? 0 : ((server?.ResidentBytes ?? 0) - memory) / opened.Count;

        long start = time.GetTimestamp();
        Schedule? schedule = settings.Rate is { } rate ? new Schedule(rate, opened.Count, start, time.TimestampFrequency) : null;
        var payload = new Payload(settings.Kind, settings.Size);
        LoadConnection[] connections =
            [.. opened.Select((connection, i) => new LoadConnection(connection, i, schedule, settings.Depth, payload, _meter, time))];
        Pacer? pacer = schedule is null ? null : new Pacer(schedule, connections, time);
        _open = connections.Length;
        Task allEnded = Task.WhenAll(connections.Select(RunAsync));
        if (connections.Length > 0) pacer?.Start();

        await time.WaitAsync(start, settings.WarmUp, allEnded, interruption);
        Reading first = Read(server);
        Reading last = await WatchAsync(first, server, allEnded, interruption);
        TimeSpan measured = time.GetElapsedTime(first.At, last.At);
        Meter counted = last.Counted.Since(first.Counted);
        pacer?.Stop();
        _over = true;
        long answered = counted.Latency.Count, unanswered = Stop(connections, counted, out TimeSpan oldest);
        await Task.WhenAll(connections.Select(connection => connection.Connection.CloseAsync()));
        await allEnded;

        var result = new BenchResult(
            settings, opened.Count > 0 ? opened[0].Url! : settings.Url, opened.Count > 0 ? opened[0].Extensions : "", opened.Count, opening, measured, answered,
            counted, unanswered, oldest,
            server is null ? null : new ServerCost(last.Cpu - first.Cpu, memory), _ends.Groups);
        report.Finished(result);
        return result;
    }

    private async Task<IReadOnlyList<WebSocketConnection>> OpenAsync(CancellationToken interruption)
    {
        List<WebSocketConnection> opened = [];
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, settings.Connections),
                new ParallelOptions { MaxDegreeOfParallelism = OpeningAtOnce, CancellationToken = interruption }, async (_, cancellation) =>
            {
                try
                {
                    WebSocketConnection connection = await WebSocketConnection.ConnectAsync(settings.Url, settings.Client, cancellation);
                    lock (opened) opened.Add(connection);
                }
                catch (WebSocketConnectException e)
                {
                    _ends.Add(EndPhase.Opening, e.Record);
                }
            });
        }
        catch (OperationCanceledException)
        {
            // What has opened is closed in order below.
        }

        return opened;
    }

    private async Task RunAsync(LoadConnection connection)
    {
        await Task.Yield();
        await connection.RunAsync();
        Interlocked.Decrement(ref _open);
        // Who closed first is in the record; when it was is not, and a server that ends a connection under load is news however clean.
        EndPhase phase = _over ? EndPhase.Finish : EndPhase.Load;
        _ends.Add(phase, await connection.Connection.Closed);
    }

    /// <summary>Reports each second.</summary>
    /// <returns>The last reading.</returns>
    private async Task<Reading> WatchAsync(Reading first, ServerProcess? server, Task allEnded, CancellationToken interruption)
    {
        Reading last = first;
        int seconds = (int)Math.Ceiling(settings.Duration.TotalSeconds);
        for (int second = 1; second <= seconds && !allEnded.IsCompleted && !interruption.IsCancellationRequested; second++)
        {
            TimeSpan until = TimeSpan.FromSeconds(second);
            await time.WaitAsync(first.At, until < settings.Duration ? until : settings.Duration, allEnded, interruption);
            Reading now = Read(server);
            report.Second(second, now.Counted.Since(last.Counted), time.GetElapsedTime(last.At, now.At), Volatile.Read(ref _open));
            last = now;
        }

        return last;
    }

    private Reading Read(ServerProcess? server) => new(time.GetTimestamp(), _meter.Copy(), server?.Cpu ?? default);

    /// <summary>In an open loop what waits is as slow as it has waited so far: without it a server that stops answering would look fast.</summary>
    private long Stop(LoadConnection[] connections, Meter counted, out TimeSpan oldest)
    {
        TimeSpan longest = TimeSpan.Zero;
        long unanswered = connections.Sum(connection => connection.Stop(waited =>
        {
            if (waited > longest) longest = waited;
            if (settings.Rate is not null) counted.Latency.Add(waited);
        }));
        oldest = longest;
        return unanswered;
    }

    private readonly record struct Reading(long At, Meter Counted, TimeSpan Cpu);
}
