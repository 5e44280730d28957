namespace Cierre.Connections;

/// <summary>What a move of <see cref="TransportLifecycle"/> asks for, in the order in which it is done: the first two under the connection's lock, the others
/// behind it.</summary>
[Flags]
internal enum TransportEffects : ushort
{
    None = 0,

    /// <summary>Nothing is read, and the peer's silence counts for nothing.</summary>
    StopReading = 1,

    /// <summary>Nothing goes out any more: what is written is forgotten, and what waits to be sent fails.</summary>
    DropOutput = 2,

    /// <summary>The transport reads on.</summary>
    ReadOn = 4,

    /// <summary>Our direction of the stream ends: FIN, close_notify, END_STREAM.</summary>
    EndSending = 8,

    /// <summary>The transport is let go in order. Its end follows.</summary>
    Close = 16,

    /// <summary>The transport is let go of a peer that did not do its part in time. Its end follows.</summary>
    GiveUp = 32,

    /// <summary>The stream is cut: RST, RST_STREAM. Its end follows.</summary>
    Cut = 64,

    /// <summary>The stream has ended: everything is given back, and the end is told.</summary>
    Release = 128,
}

/// <summary>What was decided under the connection's lock and is done behind it: <see cref="ConnectionDriver.Do"/>.</summary>
/// <param name="Transport">What becomes of the transport.</param>
/// <param name="WakesReader">Whether whoever waits to receive goes on.</param>
internal readonly record struct Afterwards(TransportEffects Transport, bool WakesReader = false)
{
    public bool IsNothing => Transport == TransportEffects.None && !WakesReader;

    public static Afterwards operator |(Afterwards a, Afterwards b) => new(a.Transport | b.Transport, a.WakesReader | b.WakesReader);
}
