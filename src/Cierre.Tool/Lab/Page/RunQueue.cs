using System.Collections.Concurrent;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;

namespace Cierre.Tool.Lab.Page;

/// <summary>Runs what a page asks for: what comes while something runs is gathered, and runs together after it.</summary>
/// <param name="run">Runs situations, and tells of each as soon as it is over.</param>
/// <param name="over">Told of each outcome.</param>
internal sealed class RunQueue(Func<IReadOnlyList<Situation>, Action<Outcome>, IAsyncEnumerable<Outcome>> run, Action<Outcome> over)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _asked = [];
    private bool _playing;

    /// <param name="names">Those that are none of the lab's count as nothing.</param>
    public void Add(IEnumerable<string> names)
    {
        lock (_gate)
        {
            _asked.UnionWith(names);
            if (_playing) return;
            _playing = true;
        }

        _ = PlayAsync();
    }

    private async Task PlayAsync()
    {
        while (Next() is { } situations) await PlayAsync(situations);
    }

    /// <summary>One round. Whatever goes wrong in it, each of its situations has an outcome afterwards, and the next round can begin.</summary>
    private async Task PlayAsync(Situation[] situations)
    {
        var told = new ConcurrentDictionary<string, bool>();
        try
        {
            await foreach (Outcome outcome in run(situations, Tell))
            {
                // Told already, in the order in which they ended; but for one that could not be, for a reason that it has.
                if (!told.ContainsKey(outcome.Situation.Name)) Break(outcome.Situation, outcome.Differences is [.., var why] ? why : "nobody told of it");
            }
        }
#pragma warning disable CA1031 // A server that does not start, say. The page waits for an outcome, and may ask again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (Situation situation in situations.Where(situation => !told.ContainsKey(situation.Name))) Break(situation,
                $"could not be played: {e.Message}");
        }

        void Tell(Outcome outcome)
        {
            over(outcome);
            told[outcome.Situation.Name] = true;
        }

        void Break(Situation situation, string why)
        {
            try
            {
                Tell(Outcome.Broken(situation, why));
            }
#pragma warning disable CA1031 // Not even that can be told, and there is nothing less to tell.
            catch (Exception)
#pragma warning restore CA1031
            {
                told[situation.Name] = false;
            }
        }
    }

    private Situation[]? Next()
    {
        lock (_gate)
        {
            Situation[] situations = [.. All.Situations.Where(situation => _asked.Contains(situation.Name))];
            _asked.Clear();
            _playing = situations is not [];
            return _playing ? situations : null;
        }
    }
}
