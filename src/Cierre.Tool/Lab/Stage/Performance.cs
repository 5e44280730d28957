namespace Cierre.Tool.Lab.Stage;

/// <summary>Plays situations side by side, each once, against one shared server.</summary>
internal static class Performance
{
    // Most of them wait for a timeout most of the time.
    private const int AtOnce = 16;

    // No situation needs a tenth of it; on a busy machine all of them together still stay below.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>The outcomes in the order of the situations, each as soon as it and those before it are there.</summary>
    public static async IAsyncEnumerable<Outcome> OfAsync(IReadOnlyList<Situation> situations)
    {
        await using LabHost host = await LabHost.StartAsync(situations.Where(situation => !situation.OwnHost));
        using var turns = new SemaphoreSlim(AtOnce);
        List<Task<Outcome>> outcomes = [.. situations.Select(situation => Task.Run(() => InTurnAsync(situation, host, turns)))];
        foreach (Task<Outcome> outcome in outcomes) yield return await outcome;
    }

    private static async Task<Outcome> InTurnAsync(Situation situation, LabHost host, SemaphoreSlim turns)
    {
        await turns.WaitAsync();
        try
        {
            return await PlayAsync(situation, host).WaitAsync(Longest);
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

    private static async Task<Outcome> PlayAsync(Situation situation, LabHost shared)
    {
        if (!situation.OwnHost) return await PlayOnAsync(situation, shared);
        await using LabHost own = await LabHost.StartAsync([situation], situation.Tls);
        return await PlayOnAsync(situation, own);
    }

    private static async Task<Outcome> PlayOnAsync(Situation situation, LabHost host)
    {
        CloseRecord? client = await situation.Play(new Scene(situation, host));
        CloseRecord? server = situation.Server is null ? null : await host.Record(situation);
        return Outcome.Of(situation, client, server);
    }
}
