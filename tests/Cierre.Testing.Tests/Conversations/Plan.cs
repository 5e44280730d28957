namespace Cierre.Testing.Tests.Conversations;

internal enum Weather
{
    /// <summary>Nothing is lost and nobody is impatient: everything has to arrive, and both sides have to agree.</summary>
    Calm,

    /// <summary>Faults, small limits, impatient timeouts, applications that abort or stop reading.</summary>
    Stormy,
}

internal enum EndKind
{
    None,
    Close,
    CloseTwice,
    Dispose,
    Abort,
}

/// <summary>What one application does: its sends, how it reads, and when and how it ends.</summary>
internal sealed record Plan
{
    private static readonly ushort[] Codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 3008, 4000, 4999];

    public required WebSocketConnectionOptions Options { get; init; }

    public int Senders { get; init; }

    public int StepsEach { get; init; }

    /// <summary>Up to how many bytes a message has.</summary>
    public int Largest { get; init; }

    /// <summary>Whether it sends without waiting for room.</summary>
    public bool Hurries { get; init; }

    public int PauseMilliseconds { get; init; }

    /// <summary>Up to how many milliseconds it takes to answer each message before it reads the next; null: it answers none.</summary>
    public int? AnswersWithin { get; init; }

    /// <summary>After how many messages the application stops reading; never in calm weather.</summary>
    public int StopsReadingAfter { get; init; } = int.MaxValue;

    public EndKind End { get; init; }

    public ushort Code { get; init; }

    public string Reason { get; init; } = "";

    public TimeSpan EndsAfter { get; init; }

    /// <summary>Whether the end comes behind the sends instead of at its time.</summary>
    public bool EndsBehindSends { get; init; }

    public static Plan Draw(Random random, Weather weather, bool mustEnd)
    {
        bool storm = weather == Weather.Stormy;
        EndKind end = !mustEnd && random.Next(3) != 0 ? EndKind.None : (EndKind)random.Next(1, storm ? 5 : 4);
        WebSocketConnectionOptions options = storm ? Impatient(random) : new WebSocketConnectionOptions { CloseTimeout = TimeSpan.FromMinutes(1), PingInterval = MillisecondsOrOff(random.Next(2) * 700) };
        if (random.Next(2) == 0) options.Compression = Deflate(random);
        // Whoever has nothing to notice a silent peer by, and does not end by itself, would rightly wait for ever.
        bool notices = options.PingInterval > TimeSpan.Zero;
        if (!notices && storm && end == EndKind.None) end = EndKind.Close;
        bool stops = storm && end != EndKind.None && random.Next(5) == 0;
        return new Plan
        {
            Options = options,
            Senders = random.Next(4) == 0 ? 2 : 1,
            StepsEach = random.Next(8),
            Largest = random.Next(10) == 0 ? 150_000 : random.Next(2) == 0 ? 2000 : 100,
            Hurries = random.Next(4) == 0,
            PauseMilliseconds = random.Next(3) == 0 ? random.Next(1, 80) : 0,
            StopsReadingAfter = stops ? random.Next(4) : int.MaxValue,
            End = end,
            Code = Codes[random.Next(Codes.Length)],
            Reason = random.Next(4) switch { 0 => "", 1 => new string('é', random.Next(200)), _ => "reason " + random.Next(1000) },
            EndsAfter = TimeSpan.FromMilliseconds(random.Next(4) * random.Next(100)),
            EndsBehindSends = random.Next(3) == 0 && (!storm || (notices && !stops)),
        };
    }

    private static DeflateOptions Deflate(Random random) => new()
    {
        Threshold = random.Next(3) * 100,
        ServerContextTakeover = random.Next(2) == 0,
        ClientContextTakeover = random.Next(2) == 0,
        ServerMaxWindowBits = random.Next(2) == 0 ? 15 : random.Next(9, 15),
        ClientMaxWindowBits = random.Next(2) == 0 ? 15 : random.Next(9, 15),
    };

    private static TimeSpan MillisecondsOrOff(int number) => number == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(number);

    private static WebSocketConnectionOptions Impatient(Random random)
    {
        var options = new WebSocketConnectionOptions
        {
            CloseTimeout = TimeSpan.FromMilliseconds(random.Next(100, 3000)),
            PingInterval = MillisecondsOrOff(random.Next(3) == 0 ? 0 : random.Next(100, 1500)),
            PingTimeout = TimeSpan.FromMilliseconds(random.Next(50, 1500)),
            IdleTimeout = MillisecondsOrOff(random.Next(4) == 0 ? random.Next(50, 1500) : 0),
        };
        if (random.Next(6) == 0) options.MaxMessageSize = random.Next(20, 3000);
        if (random.Next(8) == 0) options.MaxFragments = random.Next(1, 4);
        if (random.Next(10) == 0) options.AcceptedKind = (WebSocketMessageKind)random.Next(1, 3);
        return options;
    }
}
