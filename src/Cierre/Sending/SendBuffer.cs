namespace Cierre.Sending;

/// <summary>How much may wait for a peer that does not read, and what happens then.</summary>
internal readonly record struct SendBuffer(int Limit, SlowReaderPolicy Policy)
{
    /// <summary>Whether a message may wait behind what waits already; alone it always may.</summary>
    public bool HasRoom(long waiting, int bytes) => waiting == 0 || waiting + bytes <= Limit;
}
