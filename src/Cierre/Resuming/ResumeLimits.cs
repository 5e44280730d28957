namespace Cierre.Resuming;

/// <summary>How much each side may have sent that the other has not acknowledged.</summary>
/// <param name="Messages">At least 1.</param>
/// <param name="Bytes">Of their payloads, at least 1. A message larger than that may go alone.</param>
internal sealed record ResumeLimits(int Messages, int Bytes)
{
    public static ResumeLimits Default { get; } = new(1024, 256 * 1024);

    /// <summary>Whether another message may follow what is not acknowledged.</summary>
    public bool HasRoom(long messages, long bytes, long another) => messages == 0 || (messages < Messages && bytes + another <= Bytes);
}
