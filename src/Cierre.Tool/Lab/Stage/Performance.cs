namespace Cierre.Tool.Lab.Stage;

/// <summary>Plays situations side by side, against one shared server for each kind of client: a connection, and the browser's API.</summary>
internal static class Performance
{
    // Most of them wait for a timeout most of the time.
    private const int AtOnce = 16;

    // No situation needs a tenth of it; on a busy machine all of them together still stay below.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>The outcomes in the order of the situations, each as soon as it and those before it are there.</summary>
    public static async IAsyncEnumerable<Outcome> OfAsync(IReadOnlyList<Situation> situations)
    {
        Situation[] sharing = [.. situations.Where(situation => !situation.OwnHost)];
        await using LabHost host = await LabHost.StartAsync(sharing);
        await using LabHost browserHost = await LabHost.StartAsync([.. sharing.Where(situation => situation.Client is not null)]);
        using var turns = new SemaphoreSlim(AtOnce);
        List<Task<Outcome>> outcomes = [.. situations.Select(situation => Task.Run(() => InTurnAsync(situation, host, browserHost, turns)))];
        foreach (Task<Outcome> outcome in outcomes) yield return await outcome;
    }

    private static async Task<Outcome> InTurnAsync(Situation situation, LabHost host, LabHost browserHost, SemaphoreSlim turns)
    {
        await turns.WaitAsync();
        try
        {
            return await PlayAsync(situation, host, browserHost).WaitAsync(Longest);
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
        finally
        {
            turns.Release();
        }
    }

    private static async Task<Outcome> PlayAsync(Situation situation, LabHost host, LabHost browserHost)
    {
        Task<PlayedEnd> plain = PlayAsync(situation, host, browser: false);
        Task<PlayedEnd>? browser = situation.Client is null ? null : PlayAsync(situation, browserHost, browser: true);
        return Outcome.Of(situation, await plain, browser is null ? null : await browser);
    }

    private static async Task<PlayedEnd> PlayAsync(Situation situation, LabHost shared, bool browser)
    {
        if (!situation.OwnHost) return await PlayOnAsync(situation, shared, browser);
        await using LabHost own = await LabHost.StartAsync([situation], situation.Tls);
        return await PlayOnAsync(situation, own, browser);
    }

    private static async Task<PlayedEnd> PlayOnAsync(Situation situation, LabHost host, bool browser)
    {
        var scene = new Scene(situation, host, browser);
        CloseRecord? client = await situation.Play(scene);
        CloseRecord? server = situation.Server is null ? null : await host.Record(situation);
        return new PlayedEnd(client, server, await scene.ReceivedEventAsync());
    }
}
