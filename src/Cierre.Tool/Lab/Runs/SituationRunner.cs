namespace Cierre.Tool.Lab.Runs;

/// <summary>Runs situations side by side, against one shared server for each kind of client: a connection, Cierre's browser API and, where there is one, the
/// browser of the lab's page.</summary>
internal static class SituationRunner
{
    // Most of them wait for a timeout most of the time.
    private const int AtOnce = 16;

    // A browser waits for seconds before it opens a socket while a dozen others are opening.
    private const int AtOnceInPage = 8;

    // No situation needs a hundredth of it; on a busy machine all of them together still stay below.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>The outcomes in the order of the situations, each as soon as it and those before it are there.</summary>
    /// <param name="situations">What to play.</param>
    /// <param name="over">Called with each outcome as soon as it is there, in whatever order; null: nobody is.</param>
    /// <param name="page">The browser that plays too; null: none.</param>
    /// <param name="onClosed">Told how every connection of the servers ended; then frames are noted, too.</param>
    public static async IAsyncEnumerable<Outcome> OfAsync(IReadOnlyList<Situation> situations, Action<Outcome>? over = null, PageLink? page = null,
        Action<CloseRecord>? onClosed = null)
    {
        Situation[] sharing = [.. situations.Where(situation => !situation.OwnHost)];
        Situation[] withClient = [.. sharing.Where(situation => situation.Client is not null)];
        await using LabHost host = await LabHost.StartAsync(sharing, onClosed: onClosed);
        await using LabHost browserHost = await LabHost.StartAsync(withClient, onClosed: onClosed);
        await using LabHost? pageHost = page is null
            ? null
            : await LabHost.StartAsync([.. withClient.Where(situation => PlaysInPage(situation, page.Browser))], onClosed: onClosed);
        using var turns = new SemaphoreSlim(page is null ? AtOnce : AtOnceInPage);
        var setup = new Setup(host, browserHost, pageHost, page, onClosed, onClosed is null ? null : LabTrace.Options);
        List<Task<Outcome>> outcomes = [.. situations.Select(situation => Task.Run(() => InTurnAsync(situation, setup, turns, over)))];
        foreach (Task<Outcome> outcome in outcomes) yield return await outcome;
    }

    private static bool PlaysInPage(Situation situation, BrowserKind kind) => situation.Client is not null && situation.InPage.CannotIn(kind) is null;

    private static async Task<Outcome> InTurnAsync(Situation situation, Setup setup, SemaphoreSlim turns, Action<Outcome>? over)
    {
        await turns.WaitAsync();
        try
        {
            return Told(await GuardedAsync(situation, setup), over);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The outcome; or where nobody could be told of it, the same with that as one more difference.</summary>
    private static Outcome Told(Outcome outcome, Action<Outcome>? over)
    {
        try
        {
            over?.Invoke(outcome);
            return outcome;
        }
#pragma warning disable CA1031 // The other situations are still worth their lines.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return outcome with { Differences = [.. outcome.Differences, $"could not be told: {e.Message}"] };
        }
    }

    private static async Task<Outcome> GuardedAsync(Situation situation, Setup setup)
    {
        try
        {
            return await PlayAsync(situation, setup).WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            return Outcome.Broken(situation, $"not over after {Longest.TotalSeconds} s");
        }
#pragma warning disable CA1031 // Whatever went wrong, the other situations are still worth their lines.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Outcome.Broken(situation, $"could not be played: {e.Message}");
        }
    }

    private static async Task<Outcome> PlayAsync(Situation situation, Setup setup)
    {
        Task<PlayedEnd> plain = PlayAsync(situation, setup, setup.Host, new ConnectionPlayer(setup.Trace));
        Task<PlayedEnd>? browser = situation.Client is null ? null : PlayAsync(situation, setup, setup.BrowserHost, new BrowserPlayer());
        Task<PlayedEnd>? page = setup.Page is null || !PlaysInPage(situation, setup.Page.Browser)
            ? null
            : PlayAsync(situation, setup, setup.PageHost!, new PagePlayer(setup.Page, situation.InPage));
        return Outcome.Of(situation, await plain, browser is null ? null : await browser, page is null ? null : await page,
            setup.Page?.Browser ?? BrowserKind.Other);
    }

    private static async Task<PlayedEnd> PlayAsync(Situation situation, Setup setup, LabHost shared, LabPlayer player)
    {
        if (!situation.OwnHost) return await PlayOnAsync(situation, shared, player, setup.Trace is not null);
        await using LabHost own = await LabHost.StartAsync([situation], situation.Tls, setup.OnClosed);
        return await PlayOnAsync(situation, own, player, setup.Trace is not null);
    }

    private static async Task<PlayedEnd> PlayOnAsync(Situation situation, LabHost host, LabPlayer player, bool traced)
    {
        CloseRecord? client = await situation.Play(new SituationRun(situation, host, player));
        CloseRecord? server = situation.Server is null ? null : await host.Record(situation);
        ReceivedEvent? received = await player.ReceivedAsync();
        return new PlayedEnd(client, server, received)
        {
            Events = player.Events,
            ClientTrace = await player.TraceAsync(),
            ServerTrace = traced && server is not null ? await host.TraceAsync(situation) : [],
        };
    }

    /// <summary>What all situations of a run share.</summary>
    private sealed record Setup(LabHost Host, LabHost BrowserHost, LabHost? PageHost, PageLink? Page, Action<CloseRecord>? OnClosed,
        WebSocketTraceOptions? Trace);
}
