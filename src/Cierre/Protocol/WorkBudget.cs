namespace Cierre.Protocol;

/// <summary>Counts the work of one connection, so that it can give the thread away before others have waited long: the engine knows no clock.</summary>
/// <remarks>
/// One unit is a byte that DEFLATE makes or takes, about 20 ns at the slowest that messages commonly cost. A turn is 32 Ki of them and what the last step
/// takes, which may be a message of 100 KB: about 1 ms, since with fifty such peers everybody waits for fifty turns. Work is counted from one turn's end to the
/// next, however many reads and flushes it took.
/// </remarks>
internal struct WorkBudget
{
    /// <summary>Units of work before the thread is given away.</summary>
    public const int OfTurn = 32 * 1024;

    // A frame: its header, its event, the wakeup of its reader.
    private const int Frame = 32;

    // What is copied or unmasked, and not compressed, costs a byte of DEFLATE for so many bytes, as a power of 2.
    private const int Plain = 6;

    // A compressed byte, whatever it becomes: it may hold a whole block.
    private const int Deflated = 4;

    private long _work;
    private long _begun;

    /// <summary>All work since the opening.</summary>
    public readonly long Work => _work;

    /// <summary>It is the turn of others.</summary>
    public readonly bool IsSpent => _work - _begun >= OfTurn;

    /// <summary>Begins the next turn.</summary>
    public void Begin() => _begun = _work;

    public void FrameCame() => _work += Frame;

    public void PayloadCame(int bytes) => _work += bytes >> Plain;

    public void Inflated(int from, long to) => _work += (long)from * Deflated + to;

    /// <param name="compresses">Whether it was compressed.</param>
    public void DataSent(int bytes, bool compresses) => _work += Frame + (compresses ? bytes : bytes >> Plain);
}
