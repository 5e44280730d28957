namespace Cierre.AspNetCore.Roster;

/// <summary>Finds the connections of a user: a chain through the entries for each, so that entering and leaving cost the same however many there are.</summary>
internal sealed class UserIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OpenConnection> _newest = [];

    /// <returns>The oldest first.</returns>
    public OpenConnection[] Of(string user)
    {
        OpenConnection[] found;
        lock (_gate)
        {
            int count = 0;
            for (OpenConnection? entry = _newest.GetValueOrDefault(user); entry is not null; entry = entry.Before) count++;
            found = new OpenConnection[count];
            for (OpenConnection? entry = _newest.GetValueOrDefault(user); entry is not null; entry = entry.Before) found[--count] = entry;
        }

        // The chain is in the order of entering, and an older one may enter later: two open at once, or one is given to another user.
        Array.Sort(found, static (one, other) => one.Id.CompareTo(other.Id));
        return found;
    }

    public void Add(OpenConnection entry)
    {
        lock (_gate) Link(entry);
    }

    public void Remove(OpenConnection entry)
    {
        lock (_gate) Unlink(entry);
    }

    /// <summary>Other credentials, perhaps of another user.</summary>
    public void Rename(OpenConnection entry, string? user)
    {
        lock (_gate)
        {
            // One that has left meanwhile stays out.
            bool isHere = Unlink(entry);
            entry.UserId = user;
            if (isHere) Link(entry);
        }
    }

    private void Link(OpenConnection entry)
    {
        entry.IsIndexed = true;
        if (entry.UserId is not { } user) return;
        if (_newest.TryGetValue(user, out OpenConnection? before))
        {
            before.After = entry;
            entry.Before = before;
        }

        _newest[user] = entry;
    }

    private bool Unlink(OpenConnection entry)
    {
        bool was = entry.IsIndexed;
        entry.IsIndexed = false;
        if (!was || entry.UserId is not { } user) return was;
        if (entry.After is { } after) after.Before = entry.Before;
        else if (entry.Before is { } newest) _newest[user] = newest;
        else _newest.Remove(user);
        if (entry.Before is { } before) before.After = entry.After;
        (entry.Before, entry.After) = (null, null);
        return true;
    }
}
