using System.Diagnostics;
using System.Globalization;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>Whatever the application's callbacks, log, listeners and contexts throw, each connection ends once, and leaves nothing behind.</summary>
/// <remarks>CIERRE_TROUBLE=20000 plays more of them.</remarks>
public sealed class TroubleTests(ITestOutputHelper output)
{
    // What a stop may take longer than one without any trouble: a processor that is busy elsewhere.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    private static readonly int Conversations = int.TryParse(Environment.GetEnvironmentVariable("CIERRE_TROUBLE"), CultureInfo.InvariantCulture, out int asked) ? asked : 4000;

    /// <summary>Every place where the application is called.</summary>
    private static readonly string[] Places =
    [
        "ILogger.IsEnabled", "ILogger.Log", "cierre.handshake.duration", "cierre.connection.closes", "cierre.connection.duration", "cierre.ping.duration", "Sample", "ActivityStarted",
        "ActivityStopped", "UserIdSelector", "ExpirySelector", "MessageLimiterSelector", "RateLimiter.AttemptAcquire", "RateLimitLease.IsAcquired", "RateLimitLease.Dispose", "OnClosed",
        "RequestAborted", "the handler's beginning", "the handler's loop", "the handler's end", "the receivers of a broadcast", "SynchronizationContext.Post",
    ];

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 20)]
    [InlineData(3, 100, "UserIdSelector", "MessageLimiterSelector")]
    [InlineData(4, 100, "UserIdSelector", "MessageLimiterSelector", "ExpirySelector", "the handler's beginning", "the handler's loop", "RateLimiter.AttemptAcquire", "RateLimitLease.IsAcquired", "RateLimitLease.Dispose")]
    public async Task Application_that_throws_anywhere_keeps_no_connection_from_its_end(int seed, int chance, params string[] spared)
    {
        using var trouble = new Trouble(seed, chance, spared);
        trouble.Listen();
        await using var server = new TroubledServer(trouble);
        await server.StartAsync();
        int next = 0;
        int share = Conversations / 4;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= share) await server.PlayAsync((seed * 1_000_000) + number);
        }));

        // The server's side may be a moment behind its client's.
        for (long begun = Stopwatch.GetTimestamp(); server.Server.Connections.Count != 0 && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30);) await Task.Yield();
        Assert.Empty(server.Server.Connections);
        Assert.Empty(server.Server.Connections.FindByUserId("anna"));
        Assert.All(server.Told.Values, times => Assert.Equal(1, times));
        Assert.True(server.Told.Count >= server.Opened);
        if (chance == 20) Assert.Empty(Places.Except(trouble.Thrown.Keys));
        output.WriteLine($"{share} conversations, {server.Told.Count} opened; thrown: {string.Join(", ", trouble.Thrown.Select(place => $"{place.Key} {place.Value}"))}");
    }

    [Fact]
    public async Task Stop_is_as_fast_as_without()
    {
        TimeSpan calm = await StopAsync(chance: 0), troubled = await StopAsync(chance: 50);
        output.WriteLine($"stop with 100 open: {calm.TotalMilliseconds:0} ms, with trouble {troubled.TotalMilliseconds:0} ms");
        Assert.True(troubled < calm + Slack, $"{troubled} instead of {calm}");
    }

    private static async Task<TimeSpan> StopAsync(int chance)
    {
        using var trouble = new Trouble(7, chance) { IsOver = true };
        trouble.Listen();
        await using var server = new TroubledServer(trouble);
        await server.StartAsync();
        WebSocketConnection[] open = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.ConnectAsync()));
        foreach (WebSocketConnection connection in open) _ = ReadAsync(connection);
        trouble.IsOver = false;
        long begun = Stopwatch.GetTimestamp();
        await server.StopAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        Assert.Empty(server.Server.Connections);
        Assert.Equal(100, server.Told.Count);
        foreach (WebSocketConnection connection in open) await connection.Closed.WaitAsync(TimeSpan.FromSeconds(30));
        return took;
    }

    private static async Task ReadAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage _ in connection.ReadAllAsync())
        {
        }
    }
}
