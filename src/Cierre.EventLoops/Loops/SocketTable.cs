namespace Cierre.EventLoops.Loops;

/// <summary>The sockets of a loop by a number that the kernel keeps for each. A number says its place and how many had the place before, so that an event of a
/// socket that has left finds nobody.</summary>
internal sealed class SocketTable
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private WatchedSocket?[] _places = new WatchedSocket?[64];
    private uint[] _uses = new uint[64];
    private int _count;

    public void Add(WatchedSocket socket)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out int place))
            {
                place = _count++;
                if (place == _places.Length)
                {
                    Array.Resize(ref _uses, place * 2);
                    WatchedSocket?[] places = _places;
                    Array.Resize(ref places, place * 2);
                    // Read without the lock: whole at once.
                    Volatile.Write(ref _places, places);
                }
            }

            socket.Key = ((ulong)++_uses[place] << 32) | (uint)place;
            Volatile.Write(ref _places[place], socket);
        }
    }

    public void Remove(WatchedSocket socket)
    {
        lock (_gate)
        {
            int place = (int)(uint)socket.Key;
            if (!ReferenceEquals(_places[place], socket)) return;
            Volatile.Write(ref _places[place], null);
            _free.Push(place);
        }
    }

    /// <summary>Those that are here now.</summary>
    public WatchedSocket[] All()
    {
        lock (_gate) return [.. _places.OfType<WatchedSocket>()];
    }

    /// <summary>Of the loop's thread; it takes no lock.</summary>
    public WatchedSocket? Find(ulong key)
    {
        WatchedSocket?[] places = Volatile.Read(ref _places);
        uint place = (uint)key;
        return place < places.Length && Volatile.Read(ref places[place]) is { } socket && socket.Key == key ? socket : null;
    }
}
