namespace Cierre.EventLoops.Loops;

/// <summary>Which thread a loop belongs to. While that thread is in a handler, the turn can be taken away from it.</summary>
/// <remarks>One word that only grows: odd while a handler runs. Whoever changes it from an odd one has the loop, and each handler has an odd one of its
/// own.</remarks>
internal sealed class LoopTurn
{
    private long _word;
    private LoopThread? _thread;
    private WatchedSocket? _socket;

    /// <summary>Grows with each handler that begins and each that ends; odd while one runs.</summary>
    public long Word => Volatile.Read(ref _word);

    /// <summary>Whose turn it is; null before the first.</summary>
    public LoopThread? Thread
    {
        get => Volatile.Read(ref _thread);
        set => Volatile.Write(ref _thread, value);
    }

    /// <summary>The socket whose handler runs, or ran last.</summary>
    public WatchedSocket? Socket => Volatile.Read(ref _socket);

    public static bool IsInHandler(long word) => (word & 1) != 0;

    /// <returns>The word of this handler, for <see cref="Leave"/>.</returns>
    public long Enter(WatchedSocket socket)
    {
        long word = _word + 1;
        _socket = socket;
        Volatile.Write(ref _word, word);
        return word;
    }

    /// <summary>False: the turn was taken away meanwhile.</summary>
    public bool Leave(long word) => Interlocked.CompareExchange(ref _word, word + 1, word) == word;

    /// <summary>Takes the turn away from the thread that is in this handler. False: it has left it.</summary>
    public bool TryTake(long word) => Leave(word);
}
