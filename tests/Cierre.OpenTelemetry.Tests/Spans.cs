using System.Collections;
using System.Diagnostics;

namespace Cierre.OpenTelemetry.Tests;

/// <summary>What was exported. The exporter adds on the threads on which spans end.</summary>
internal sealed class Spans : ICollection<Activity>
{
    private readonly List<Activity> _all = [];

    public int Count => Snapshot().Length;

    public bool IsReadOnly => false;

    /// <summary>The spans of a trace, once there are as many.</summary>
    public async Task<Activity[]> OfAsync(ActivityTraceId trace, int count)
    {
        Activity[] found = [];
        await Waits.Until(() => (found = [.. Snapshot().Where(span => span.TraceId == trace)]).Length >= count, $"{count} spans");
        return found;
    }

    public void Add(Activity item)
    {
        lock (_all) _all.Add(item);
    }

    public void Clear()
    {
        lock (_all) _all.Clear();
    }

    public bool Contains(Activity item) => Snapshot().Contains(item);

    public void CopyTo(Activity[] array, int arrayIndex) => Snapshot().CopyTo(array, arrayIndex);

    public bool Remove(Activity item)
    {
        lock (_all) return _all.Remove(item);
    }

    public IEnumerator<Activity> GetEnumerator() => ((IEnumerable<Activity>)Snapshot()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Activity[] Snapshot()
    {
        lock (_all) return [.. _all];
    }
}
