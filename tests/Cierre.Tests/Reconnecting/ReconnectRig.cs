using System.Threading.Channels;
using Cierre.Closing;
using Cierre.Reconnecting;
using Microsoft.Extensions.Time.Testing;

namespace Cierre.Tests.Reconnecting;

/// <summary>A reconnecting client without sockets: what each attempt meets is scripted, and its waits are turned by hand.</summary>
internal sealed class ReconnectRig
{
    public static readonly Uri Url = new("ws://one.example/");

    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Queue<Func<WebSocketConnection, Task>> _answers = new();

    public ReconnectRig() => Options.TimeProvider = Time;

    public WaitingTime Time { get; } = new();

    public WebSocketReconnectOptions Options { get; } = new() { Random = new Always(0.5) };

    /// <summary>Where each attempt went, with how many early losses before it, and a header as a mark of its options.</summary>
    public List<(string Host, int EarlyLosses, string Header)> Attempts { get; } = [];

    public List<ReconnectPlan> Plans { get; } = [];

    /// <summary>The server's ends of what was opened.</summary>
    public List<WebSocketConnection> Servers { get; } = [];

    /// <summary>The next attempt opens, and then the server does this.</summary>
    public ReconnectRig Opens(Func<WebSocketConnection, Task> server)
    {
        _answers.Enqueue(server);
        return this;
    }

    public ReconnectRig Closes(ushort code) => Opens(server => server.CloseAsync(code));

    /// <summary>The next attempt fails.</summary>
    public ReconnectRig Fails(CloseRecord record) => Opens(_ => throw new WebSocketConnectException(record));

    public IAsyncEnumerable<WebSocketConnection> Start(CancellationToken cancellationToken = default)
    {
        Options.OnEnded = Plans.Add;
        return new ConnectionSequence(Url, Options, ConnectAsync).RunAsync(cancellationToken);
    }

    /// <summary>The form with a handler.</summary>
    public KeptConnection Keep(Func<WebSocketConnection, CancellationToken, Task> handler, CancellationToken cancellationToken = default)
    {
        Options.OnEnded = Plans.Add;
        return new KeptConnection(new ConnectionSequence(Url, Options, ConnectAsync), Time, handler, cancellationToken);
    }

    /// <summary>Waits for the next delay, turns the clock by it, and says how many seconds that were.</summary>
    public async Task<double> TurnAsync()
    {
        TimeSpan wait = await Time.NextWaitAsync();
        Time.Advance(wait);
        return wait.TotalSeconds;
    }

    public static CloseRecord Refused(CloseCause cause = CloseCause.ConnectionRefused, HttpRefusal? http = null) =>
        CloseRecord.NotOpened(new EndReason(cause, new CloseDetail("EndOfStream")), TimeSpan.Zero, http);

    public static CloseRecord Closed(ushort code, double elapsed = 0) => new()
    {
        Code = code, Why = EndReason.PeerClosed, EndedBy = EndedBy.Remote, WasClean = true, Received = new CloseFrame(code), Elapsed = TimeSpan.FromSeconds(elapsed),
    };

    public static CloseRecord Lost(double elapsed = 5) =>
        new() { Why = new EndReason(CloseCause.ConnectionReset, new CloseDetail("EndOfStream")), Elapsed = TimeSpan.FromSeconds(elapsed) };

    private async Task<WebSocketConnection> ConnectAsync(Uri url, WebSocketClientOptions options, int earlyLossesBefore, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Attempts.Add((url.Host, earlyLossesBefore, options.Headers.SingleOrDefault().Value ?? ""));
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(options, new WebSocketConnectionOptions { TimeProvider = Time });
        Servers.Add(server);
        Task answer = _answers.Dequeue()(server);
        if (answer.IsFaulted) await answer;
        return client;
    }

    /// <summary>A random number that is known.</summary>
    internal sealed class Always(double value) : Random
    {
        public override double NextDouble() => value;
    }

    /// <summary>A clock that says when somebody begins to wait on it.</summary>
    internal sealed class WaitingTime : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime != Timeout.InfiniteTimeSpan) _waits.Writer.TryWrite(dueTime);
            return timer;
        }

        /// <summary>How long the next wait is, once it has begun.</summary>
        public async Task<TimeSpan> NextWaitAsync() => await _waits.Reader.ReadAsync().AsTask().WaitAsync(Bound);
    }
}
