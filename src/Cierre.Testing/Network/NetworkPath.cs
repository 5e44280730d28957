namespace Cierre.Testing;

/// <summary>The script of one direction of a simulated connection: how fast it is, how it cuts the stream into pieces, and what breaks where.</summary>
/// <remarks>Bytes keep their order, as those of TCP do. Everything random is drawn from the seed of the network. Every value is checked where it is
/// set.</remarks>
public sealed record NetworkPath
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24);

    /// <summary>The shortest way from one end to the other; default 1 ms.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 24 days.</exception>
    public TimeSpan Latency { get; init => field = CheckTime(value, nameof(Latency)); } = TimeSpan.FromMilliseconds(1);

    /// <summary>What is added to <see cref="Latency"/>, drawn for each piece from zero to this; default zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 24 days.</exception>
    public TimeSpan Jitter { get; init => field = CheckTime(value, nameof(Jitter)); }

    /// <summary>The largest piece that arrives at once, in bytes, at least 1: each is drawn from 1 to this; default null, no limit: what
    /// was sent arrives whole.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxPieceSize
    {
        get;
        init
        {
            if (value is { } piece) ArgumentOutOfRangeException.ThrowIfLessThan(piece, 1, nameof(MaxPieceSize));
            field = value;
        }
    }

    /// <summary>How many bytes pass in a second, at least 1; default null, no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long? BytesPerSecond
    {
        get;
        init
        {
            if (value is { } rate) ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1, nameof(BytesPerSecond));
            field = value;
        }
    }

    /// <summary>How many bytes the sender may be ahead of the network, and the network ahead of the receiver's reads; default 64 KiB. A sender that fills it
    /// waits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int BufferSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(BufferSize));
            field = value;
        }
    } = 64 * 1024;

    /// <summary>What happens behind <see cref="FaultAfterBytes"/>; default nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None of the faults.</exception>
    public PathFault Fault
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Fault), value, $"One of {string.Join(", ", Enum.GetNames<PathFault>())}.");
    }

    /// <summary>How many bytes arrive before <see cref="Fault"/>; default 0, none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public long FaultAfterBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(FaultAfterBytes));
            field = value;
        }
    }

    /// <summary>How long <see cref="PathFault.Stall"/> lasts; default 1 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 24 days.</exception>
    public TimeSpan StallDuration { get; init => field = CheckTime(value, nameof(StallDuration)); } = TimeSpan.FromSeconds(1);

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

    private static TimeSpan CheckTime(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestTime, name);
        return value;
    }
}
