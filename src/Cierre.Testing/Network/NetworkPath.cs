namespace Cierre.Testing;

/// <summary>The script of one direction of a simulated connection: how fast it is, how it cuts the stream into pieces, and what breaks where.</summary>
/// <remarks>Bytes keep their order, as those of TCP do. Everything random is drawn from the seed of the network.</remarks>
public sealed record NetworkPath
{
    /// <summary>The shortest way from one end to the other; default 1 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What is added to <see cref="Latency"/>, drawn for each piece from zero to this; default zero.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The largest piece that arrives at once, in bytes: each is drawn from 1 to this; default 0, the whole of what was sent.</summary>
    public int MaxPiece { get; init; }

    /// <summary>How many bytes pass in a second; default 0, as many as there are.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>How many bytes the sender may be ahead of the network, and the network ahead of the receiver's reads; default 64 KiB. A sender that fills it
    /// waits.</summary>
    public int Buffer { get; init; } = 64 * 1024;

    /// <summary>What happens behind <see cref="FaultAfter"/>; default nothing.</summary>
    public PathFault Fault { get; init; }

    /// <summary>How many bytes arrive before <see cref="Fault"/>; default 0, none.</summary>
    public long FaultAfter { get; init; }

    /// <summary>How long <see cref="PathFault.Stall"/> lasts; default 1 s.</summary>
    public TimeSpan StallsFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Draws a path: pieces, delays, a narrow or a wide line and, if asked for, a fault within the first bytes.</summary>
    /// <param name="random">Where it is drawn from, such as <see cref="SimulatedNetwork.Random"/>.</param>
    /// <param name="faultWithin">Behind how many bytes at most the fault comes; 0 for a path without one.</param>
    /// <returns>The path.</returns>
    public static NetworkPath Draw(Random random, int faultWithin = 0)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(faultWithin);
        return new NetworkPath
        {
            Latency = TimeSpan.FromMilliseconds(random.Next(4) * random.Next(40)),
            Jitter = TimeSpan.FromMilliseconds(random.Next(2) * random.Next(60)),
            MaxPiece = random.Next(3) switch { 0 => 0, 1 => random.Next(1, 20), _ => random.Next(20, 4000) },
            BytesPerSecond = random.Next(6) == 0 ? random.Next(20_000, 1_000_000) : 0,
            Buffer = random.Next(3) == 0 ? random.Next(256, 8192) : 64 * 1024,
            Fault = faultWithin == 0 ? PathFault.None : (PathFault)random.Next(1, 5),
            FaultAfter = random.Next(faultWithin + 1),
            StallsFor = TimeSpan.FromMilliseconds(random.Next(1, 3000)),
        };
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Latency, TimeSpan.Zero, nameof(Latency));
        ArgumentOutOfRangeException.ThrowIfLessThan(Jitter, TimeSpan.Zero, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxPiece);
        ArgumentOutOfRangeException.ThrowIfNegative(BytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(Buffer, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(FaultAfter);
        ArgumentOutOfRangeException.ThrowIfLessThan(StallsFor, TimeSpan.Zero, nameof(StallsFor));
    }
}
