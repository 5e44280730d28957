using System.Net;
using Cierre.Reconnecting;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Cierre.Tests.Reconnecting.ReconnectRig;

namespace Cierre.Tests.Reconnecting;

/// <summary>10,000 clients lost in the same moment, on a clock that jumps from attempt to attempt: each keeps to its advice, and no second sees more than its fair share of them.</summary>
public sealed class StormTests
{
    private const int Clients = 10_000;

    // A random histogram has bumps: of 400 expected in a second 20 is the standard deviation.
    private const double Bump = 1.25;

    [Fact]
    public void Restart_spreads_the_clients_over_5_to_30_s()
    {
        List<Attempt> attempts = Play(Closed(1012), time => time < 12 ? Refused() : null);
        Attempt[] first = [.. attempts.Where(attempt => attempt.Number == 1)];
        Assert.Equal(Clients, first.Length);
        Assert.All(first, attempt => Assert.InRange(attempt.Delay, 5, 30));
        Assert.All(attempts.Where(attempt => attempt.Number > 1), attempt => Assert.InRange(attempt.Delay, Shortest(attempt), Longest(attempt)));

        int[] histogram = PerSecond(first);
        Assert.All(histogram[..5], count => Assert.Equal(0, count));
        Assert.All(histogram[5..30], count => Assert.InRange(count, Clients / 25 / Bump, Clients / 25 * Bump));
        Assert.Equal(30, histogram.Length);
        // Those who came too early come again while others come for the first time.
        Assert.All(PerSecond(attempts), count => Assert.InRange(count, 0, 2 * Clients / 25 * Bump));
    }

    [Fact]
    public void Outage_of_10_min_is_knocked_at_ever_more_rarely_and_ends_without_a_rush()
    {
        List<Attempt> attempts = Play(Lost(3600), time => time < 600 ? Refused() : null);
        Assert.All(attempts, attempt => Assert.InRange(attempt.Delay, Shortest(attempt), Longest(attempt)));
        Assert.All(attempts.GroupBy(attempt => attempt.Client), client => Assert.InRange(client.Count(), 6, 10));

        int[] histogram = PerSecond(attempts);
        Assert.All(histogram, count => Assert.InRange(count, 0, Clients / 5 * Bump));
        // After the first minute no more than one in thirty knocks in any second; at the end they come back over some minutes, in no second more than 1 %.
        Assert.All(histogram[75..], count => Assert.InRange(count, 0, Clients / 30));
        Assert.All(histogram[600..], count => Assert.InRange(count, 0, Clients / 100));
        Assert.Equal(Clients, attempts.Count(attempt => attempt.Time >= 600));
    }

    [Fact]
    public void Retry_After_is_held_by_all_and_they_do_not_come_in_its_very_second()
    {
        CloseRecord busy = Refused(CloseCause.HttpStatus, new HttpRefusal(HttpStatusCode.ServiceUnavailable, [new("Retry-After", "120")], default));
        int[] histogram = PerSecond(Play(busy, _ => null));
        Assert.All(histogram[..120], count => Assert.Equal(0, count));
        Assert.All(histogram[120..], count => Assert.InRange(count, Clients / 5 / Bump, Clients / 5 * Bump));
        Assert.Equal(125, histogram.Length);
    }

    [Fact]
    public void Clients_that_were_shed_stay_away_for_a_minute_and_longer_each_time()
    {
        // Accepted and shed again: that is no connection that lasted.
        List<Attempt> attempts = Play(Closed(1013, 3600), time => time < 1200 ? Closed(1013) : null);
        Assert.All(attempts, attempt => Assert.InRange(attempt.Delay, attempt.Number == 1 ? 60 : 60 << (attempt.Number - 1), Math.Min(3600, 120 << (attempt.Number - 1))));
        Assert.All(PerSecond(attempts), count => Assert.InRange(count, 0, Clients / 60 * Bump));
    }

    [Fact]
    public void Server_that_accepts_and_restarts_again_does_not_bring_the_delays_back_to_the_start()
    {
        List<Attempt> attempts = Play(Closed(1012, 3600), time => time < 300 ? Closed(1012, 2) : null);
        Assert.All(attempts.Where(attempt => attempt.Number > 1), attempt => Assert.InRange(attempt.Delay, Most(attempt) / 2, Most(attempt)));
        Assert.Contains(attempts, attempt => attempt.Number == 5);

        static double Most(Attempt attempt) => Math.Min(300, 30 << (attempt.Number - 1));
    }

    /// <summary>Lost connections: 0-5 s, then between half of and all of a ceiling that doubles, up to 5 min.</summary>
    private static double Shortest(Attempt attempt) => attempt.Number == 1 ? 0 : Longest(attempt) / 2;

    private static double Longest(Attempt attempt) => Math.Min(300, 5 * Math.Pow(2, attempt.Number - 1));

    private static int[] PerSecond(IReadOnlyCollection<Attempt> attempts)
    {
        int[] histogram = new int[(int)attempts.Max(attempt => attempt.Time) + 1];
        foreach (Attempt attempt in attempts) histogram[(int)attempt.Time]++;
        return histogram;
    }

    /// <summary>All clients meet <paramref name="end"/> at 0 s, and at each attempt what the server is at that time; null: it is well, and they stay.</summary>
    private static List<Attempt> Play(CloseRecord end, Func<double, CloseRecord?> server)
    {
        var clock = new FakeTimeProvider();
        DateTimeOffset start = clock.GetUtcNow();
        var options = new WebSocketReconnectOptions { Random = new Random(6455), TimeProvider = clock };
        ReconnectPlanner[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new ReconnectPlanner(Url, options))];
        var due = new PriorityQueue<Attempt, double>();
        var attempts = new List<Attempt>();
        for (int client = 0; client < Clients; client++) Ends(client, 0, end);
        while (due.TryDequeue(out Attempt attempt, out double time))
        {
            attempts.Add(attempt);
            clock.SetUtcNow(start + TimeSpan.FromSeconds(time));
            if (server(time) is { } record) Ends(attempt.Client, time + (record.WasOpen ? record.Elapsed.TotalSeconds : 0), record);
        }

        return attempts;

        void Ends(int client, double time, CloseRecord record)
        {
            ReconnectPlan plan = clients[client].Next(record);
            double delay = Assert.NotNull(plan.Delay).TotalSeconds;
            due.Enqueue(new Attempt(client, plan.Attempt, delay, time + delay), time + delay);
        }
    }

    private readonly record struct Attempt(int Client, int Number, double Delay, double Time);
}
