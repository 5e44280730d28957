using Cierre.Scheduling;

namespace Cierre.Sessions;

/// <summary>The sessions of one node that no connection carries, and what waits for them. Beyond what there may be, the one that has been away longest is lost;
/// where it is the bytes that are too many, the one of those for which something waits.</summary>
/// <remarks>Its lock is taken under those of sessions, and takes none.</remarks>
/// <param name="most">How many there may be.</param>
/// <param name="mostBytes">How many bytes of messages may wait for all of them.</param>
/// <param name="exceeded">Called once when either is exceeded, and again after there was room for a tenth. It throws nothing.</param>
internal sealed class SessionsAway(int most, long mostBytes, Action? exceeded = null)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _longestFirst = new();
    private readonly LinkedList<Place> _withBytes = new();
    private bool _isExceeded;

    public int Sessions
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
            Count(place, bytes);
            while (_longestFirst.Count > most || Bytes > mostBytes)
            {
                // The others have no part in one that is too much alone.
                Place next = bytes > mostBytes && !place.IsLost ? place : (_longestFirst.Count > most ? _longestFirst : _withBytes).First!.Value;
                Remove(next);
                next.IsLost = true;
                (lost ??= []).Add(next);
                tells |= !_isExceeded;
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

    private void Count(Place place, long bytes)
    {
        if (bytes > 0 && place.Bytes == 0) _withBytes.AddLast(place.NodeWithBytes);
        else if (bytes == 0 && place.Bytes > 0) _withBytes.Remove(place.NodeWithBytes);
        Bytes += bytes - place.Bytes;
        place.Bytes = bytes;
    }

    private void Remove(Place place)
    {
        Count(place, 0);
        _longestFirst.Remove(place.Node);
    }

    /// <summary>A session among those that are away.</summary>
    internal sealed class Place
    {
        public Place(SessionDriver session)
        {
            Session = session;
            (Node, NodeWithBytes) = (new LinkedListNode<Place>(this), new LinkedListNode<Place>(this));
        }

        public SessionDriver Session { get; }

        public LinkedListNode<Place> Node { get; }

        public LinkedListNode<Place> NodeWithBytes { get; }

        public long Bytes { get; set; }

        /// <summary>It was to give way to others, and is about to hear of it.</summary>
        public bool IsLost { get; set; }
    }
}
