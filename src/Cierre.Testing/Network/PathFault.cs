namespace Cierre.Testing;

/// <summary>Names what a path does to the bytes behind a certain one.</summary>
public enum PathFault
{
    /// <summary>Nothing: every byte arrives.</summary>
    None = 0,

    /// <summary>The receiver sees the end of the stream (FIN) there. What the sender goes on sending is taken and vanishes.</summary>
    EndOfStream = 1,

    /// <summary>Something in between resets the connection (RST): both ends lose it, and what the receiver has not read.</summary>
    Reset = 2,

    /// <summary>Everything behind is lost, the end of the stream too. Nobody is told: the sender's buffer fills, and then its sends wait.</summary>
    Silence = 3,

    /// <summary>Nothing moves for <see cref="NetworkPath.StallDuration"/>; then it goes on as before.</summary>
    Stall = 4,
}
