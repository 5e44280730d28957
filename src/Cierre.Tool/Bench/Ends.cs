namespace Cierre.Tool.Bench;

/// <summary>How the connections of a run ended, counted by when, by code and by cause.</summary>
internal sealed class Ends
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(EndPhase, ushort, EndedBy, CloseCause), EndGroup> _groups = [];

    /// <summary>From the earliest phase to the last, and in each the most frequent first.</summary>
    public IReadOnlyList<EndGroup> Groups
    {
        get
        {
            lock (_gate) return [.. _groups.Values.OrderBy(group => group.Phase).ThenByDescending(group => group.Count).ThenBy(group => group.Example.Code)];
        }
    }

    public void Add(EndPhase phase, CloseRecord record)
    {
        var key = (phase, record.Code, record.EndedBy, record.Cause);
        lock (_gate) _groups[key] = _groups.TryGetValue(key, out EndGroup? group) ? group with { Count = group.Count + 1 } : new EndGroup(phase, 1, record);
    }
}

internal enum EndPhase
{
    /// <summary>The connection was never open.</summary>
    Opening,

    /// <summary>It ended while it was to be under load.</summary>
    Load,

    /// <summary>It was closed because the run was over.</summary>
    Finish,
}

/// <param name="Example">The record of the first one.</param>
internal sealed record EndGroup(EndPhase Phase, int Count, CloseRecord Example)
{
    /// <summary>Whether it is how every connection should end: closed by us when the run was over, and clean.</summary>
    public bool IsExpected => Phase == EndPhase.Finish && Example.WasClean && Example.EndedBy == EndedBy.Local;
}
