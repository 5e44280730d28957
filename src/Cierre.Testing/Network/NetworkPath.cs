namespace Cierre.Testing;

/// <summary>The script of one direction of a simulated connection: how fast it is, how it cuts the stream into pieces, and what breaks where.</summary>
/// <remarks>Bytes keep their order, as those of TCP do. Everything random is drawn from the seed of the network.</remarks>
public sealed record NetworkPath
{
    /// <summary>The shortest way from one end to the other; default 1 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What is added to <see cref="Latency"/>, drawn for each piece from zero to this; default zero.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The largest piece that arrives at once, in bytes, at least 1: each is drawn from 1 to this; default null, no limit: what
    /// was sent arrives whole.</summary>
    public int? MaxPieceSize { get; init; }

    /// <summary>How many bytes pass in a second, at least 1; default null, no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How many bytes the sender may be ahead of the network, and the network ahead of the receiver's reads; default 64 KiB. A sender that fills it
    /// waits.</summary>
    public int BufferSize { get; init; } = 64 * 1024;

    /// <summary>What happens behind <see cref="FaultAfterBytes"/>; default nothing.</summary>
    public PathFault Fault { get; init; }

    /// <summary>How many bytes arrive before <see cref="Fault"/>; default 0, none.</summary>
    public long FaultAfterBytes { get; init; }

    /// <summary>How long <see cref="PathFault.Stall"/> lasts; default 1 s.</summary>
    public TimeSpan StallDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Creates a path at random: pieces, delays, a narrow or a wide line and, if asked for, a fault within the first bytes.</summary>
    /// <param name="random">Where it is drawn from, such as <see cref="SimulatedNetwork.Random"/>.</param>
    /// <param name="faultWithin">Behind how many bytes at most the fault comes; null for a path without one.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="faultWithin"/> is negative, or <see cref="int.MaxValue"/>.</exception>
    public static NetworkPath CreateRandom(Random random, int? faultWithin = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        int within = faultWithin ?? 0;
        ArgumentOutOfRangeException.ThrowIfNegative(within, nameof(faultWithin));
        ArgumentOutOfRangeException.ThrowIfEqual(within, int.MaxValue, nameof(faultWithin));
        return new NetworkPath
        {
            Latency = TimeSpan.FromMilliseconds(random.Next(4) * random.Next(40)),
            Jitter = TimeSpan.FromMilliseconds(random.Next(2) * random.Next(60)),
            MaxPieceSize = random.Next(3) switch { 0 => null, 1 => random.Next(1, 20), _ => random.Next(20, 4000) },
            BytesPerSecond = random.Next(6) == 0 ? random.Next(20_000, 1_000_000) : null,
            BufferSize = random.Next(3) == 0 ? random.Next(256, 8192) : 64 * 1024,
            Fault = faultWithin is null ? PathFault.None : (PathFault)random.Next(1, 5),
            FaultAfterBytes = random.Next(within + 1),
            StallDuration = TimeSpan.FromMilliseconds(random.Next(1, 3000)),
        };
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Latency, TimeSpan.Zero, nameof(Latency));
        ArgumentOutOfRangeException.ThrowIfLessThan(Jitter, TimeSpan.Zero, nameof(Jitter));
        if (MaxPieceSize is { } piece) ArgumentOutOfRangeException.ThrowIfLessThan(piece, 1, nameof(MaxPieceSize));
        if (BytesPerSecond is { } rate) ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1, nameof(BytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfLessThan(BufferSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(FaultAfterBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(StallDuration, TimeSpan.Zero, nameof(StallDuration));
    }
}
