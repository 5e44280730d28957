using Cierre.Tool.Lab.Situations;
using Cierre.Tool.Lab.Stage;

namespace Cierre.Tool.Lab.Page;

/// <summary>Plays what a page asks for: what comes while something is played is gathered, and played together after it.</summary>
/// <param name="page">The browser that plays.</param>
/// <param name="onClosed">Told of every end that the servers saw.</param>
/// <param name="over">Told of each outcome.</param>
internal sealed class Rehearsal(PageLink page, Action<CloseRecord> onClosed, Action<Outcome> over)
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
        while (Next() is { } situations)
        {
            await foreach (Outcome _ in Performance.OfAsync(situations, over, page, onClosed))
            {
                // Told already, in the order in which they ended.
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
