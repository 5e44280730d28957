namespace Cierre;

/// <summary>Sets what a trace takes note of, and how much it keeps for a reader that is behind.</summary>
public sealed class WebSocketTraceOptions
{
    /// <summary>How many bytes of each payload are shown, 0 to 64 KiB; default 0: none. What a close frame says is shown all the same.</summary>
    /// <remarks>Payloads are what users wrote: show them to nobody who may not read them.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 65,536.</exception>
    public int PayloadBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(PayloadBytes));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64 * 1024, nameof(PayloadBytes));
            field = value;
        }
    }

    /// <summary>How many events are kept for a reader that is behind, 1 to 1,000,000; default 1,024. When there are more, the oldest are dropped: the end of a
    /// connection tells most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 1,000,000.</exception>
    public int Capacity
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Capacity));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1_000_000, nameof(Capacity));
            field = value;
        }
    } = 1024;

    internal static readonly WebSocketTraceOptions Default = new();
}
