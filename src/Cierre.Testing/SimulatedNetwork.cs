using Cierre.Testing.Clock;
using Cierre.Testing.Network;

namespace Cierre.Testing;

/// <summary>A network and a clock for tests: connections whose bytes are split, delayed, lost and cut as a script says, in time that passes only when nothing
/// else is left to do.</summary>
/// <remarks>
/// Everything in <see cref="Run"/> happens on one thread, and whatever is open, such as which of two waiting tasks goes on first, is drawn from the seed. So
/// the same seed is always the same conversation, and a thousand seeds are a thousand different ones. That takes code which stays on its thread: no
/// <c>Task.Run</c>, no <c>ConfigureAwait(false)</c>, and a connection's own tasks awaited as they are, because <c>WhenAll</c>, <c>WhenAny</c> and
/// <c>WaitAsync</c> go on with them on the thread pool. Delays and timeouts have to come from <see cref="Time"/>.
/// </remarks>
public sealed class SimulatedNetwork
{
    private readonly SimulatedLoop _loop;
    private readonly NetworkTrace _trace;
    private readonly Random _weather;

    /// <summary>Creates a network.</summary>
    /// <param name="seed">Decides everything that is open.</param>
    public SimulatedNetwork(int seed = 0)
    {
        Seed = seed;
        Random = new Random(seed);
        _weather = new Random(~seed);
        _loop = new SimulatedLoop(seed);
        _trace = new NetworkTrace(_loop);
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>Choices of the conversation itself, drawn from the seed; the network draws its own elsewhere.</summary>
    public Random Random { get; }

    /// <summary>The clock: it starts at 2000-01-01T00:00:00Z and moves only while <see cref="Run"/> waits.</summary>
    public TimeProvider Time => _loop.Time;

    /// <summary>How much time has passed on <see cref="Time"/>.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_loop.Now);

    /// <summary>How much time may pass before <see cref="Run"/> gives up; default 1 h.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public TimeSpan TimeLimit
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(TimeLimit));
            field = value;
        }
    } = TimeSpan.FromHours(1);

    /// <summary>Whether <see cref="Trace"/> is kept; default false, because a trace costs more than the conversation.</summary>
    public bool KeepsTrace
    {
        get => _trace.IsOn;
        init => _trace.IsOn = value;
    }

    /// <summary>What happened, a line each: the time, who, and what frame, bytes or fault it was. Empty unless <see cref="KeepsTrace"/>.</summary>
    public IReadOnlyList<string> Trace => _trace.Lines;

    /// <summary>Timers that are set. Once every connection has ended, and nothing else was begun, there is none.</summary>
    internal int TimersSet => _loop.Armed;

    /// <summary>Connects two ends, with nothing at them yet.</summary>
    /// <param name="toServer">The way to the server; null for 1 ms and no trouble.</param>
    /// <param name="toClient">The way to the client; null for 1 ms and no trouble.</param>
    /// <returns>The link.</returns>
    public SimulatedLink Connect(NetworkPath? toServer = null, NetworkPath? toClient = null) =>
        new(_loop, _weather, _trace, toServer ?? new NetworkPath(), toClient ?? new NetworkPath());

    /// <summary>Creates two connected ends, open from the start, with this network between them. Everything else is real; compression is agreed on where both
    /// have it.</summary>
    /// <param name="clientOptions">The client's options, of which it gets a copy with this network's clock; null for the defaults.</param>
    /// <param name="serverOptions">The server's options, of which it gets a copy with this network's clock; null for the defaults.</param>
    /// <param name="toServer">The way to the server; null for 1 ms and no trouble.</param>
    /// <param name="toClient">The way to the client; null for 1 ms and no trouble.</param>
    /// <returns>Both ends.</returns>
    public (WebSocketConnection Client, WebSocketConnection Server) CreatePair(
        WebSocketConnectionOptions? clientOptions = null, WebSocketConnectionOptions? serverOptions = null,
        NetworkPath? toServer = null, NetworkPath? toClient = null)
    {
        SimulatedLink link = Connect(toServer, toClient);
        var negotiated = new WebSocketNegotiation { Extensions = Agreement.Between(clientOptions?.Compression, serverOptions?.Compression) };
        return (link.OpenClient(clientOptions, negotiated), link.OpenServer(serverOptions, negotiated));
    }

    /// <summary>Runs a conversation to its end, in no more time than the work takes: waiting costs nothing.</summary>
    /// <param name="conversation">What is said and done; everything it awaits goes on here.</param>
    /// <exception cref="SimulationException">It waits for something that cannot happen any more, or <see cref="TimeLimit"/> has passed.</exception>
    public void Run(Func<Task> conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        using (_loop.Enter())
        {
            Task done = conversation();
            _loop.RunUntil(done, TimeLimit.Ticks);
            done.GetAwaiter().GetResult();
            _loop.RunReady();
        }
    }

    /// <summary>Waits, on the simulated clock.</summary>
    /// <param name="time">How long.</param>
    /// <returns>Completes when that has passed.</returns>
    public Task Delay(TimeSpan time) => Task.Delay(time, _loop.Time);

    /// <summary>Adds a line of your own to <see cref="Trace"/>, if that is kept.</summary>
    /// <param name="what">What happens.</param>
    public void AddNote(string what)
    {
        if (_trace.IsOn) _trace.Says(what);
    }
}
