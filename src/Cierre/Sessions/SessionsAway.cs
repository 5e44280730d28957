using Cierre.Scheduling;

namespace Cierre.Sessions;

/// <summary>The sessions of one node that no connection carries, and what waits for them: beyond what may wait, the one that has been away longest is
/// lost.</summary>
/// <remarks>Its lock is taken under those of sessions, and takes none.</remarks>
/// <param name="most">How many there may be.</param>
/// <param name="mostBytes">How many bytes of messages may wait for all of them.</param>
/// <param name="exceeded">Called once when either is exceeded, and again after there was room for a tenth. It throws nothing.</param>
internal sealed class SessionsAway(int most, long mostBytes, Action? exceeded = null)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _longestFirst = new();
    private bool _isExceeded;

    public int Count
    {
        get
        {
            lock (_gate) return _longestFirst.Count;
        }
    }

    /// <summary>Of messages that wait for all of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>A session is away, with so much that waits for it. Under its lock.</summary>
    /// <param name="place">What it was given the last time; null: it has just lost its connection.</param>
    public void Note(SessionDriver session, ref Place? place, long bytes)
    {
        List<Place>? lost = null;
        bool tells = false;
        lock (_gate)
        {
            if (place is null) _longestFirst.AddLast((place = new Place(session)).Node);
            else if (place.IsLost) return;
            Bytes += bytes - place.Bytes;
            place.Bytes = bytes;
            while (_longestFirst.Count > most || Bytes > mostBytes)
            {
                Place longest = _longestFirst.First!.Value;
                Remove(longest);
                longest.IsLost = true;
                (lost ??= []).Add(longest);
                tells = !_isExceeded;
                _isExceeded = true;
            }
        }

        // Each has a lock of its own.
        lost?.ForEach(static place => OnPool.Run(place, static place => place.Session.LoseAway(place)));
        if (tells && exceeded is not null) OnPool.Run(exceeded, static told => told());
    }

    /// <summary>The session has a connection again, or is over. Under its lock.</summary>
    public void Forget(ref Place? place)
    {
        lock (_gate)
        {
            if (!place!.IsLost) Remove(place);
            place = null;
            if (_longestFirst.Count <= most - (most / 10) && Bytes <= mostBytes - (mostBytes / 10)) _isExceeded = false;
        }
    }

    private void Remove(Place place)
    {
        Bytes -= place.Bytes;
        _longestFirst.Remove(place.Node);
    }

    /// <summary>A session among those that are away.</summary>
    internal sealed class Place
    {
        public Place(SessionDriver session)
        {
            Session = session;
            Node = new LinkedListNode<Place>(this);
        }

        public SessionDriver Session { get; }

        public LinkedListNode<Place> Node { get; }

        public long Bytes { get; set; }

        /// <summary>It was to give way to others, and is about to hear of it.</summary>
        public bool IsLost { get; set; }
    }
}
