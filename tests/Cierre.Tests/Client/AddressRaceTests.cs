using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Cierre.Client;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class AddressRaceTests
{
    private static readonly IPAddress Six = IPAddress.Parse("2001:db8::6"), Seven = IPAddress.Parse("2001:db8::7"), Four = IPAddress.Parse("192.0.2.4"), Five = IPAddress.Parse("192.0.2.5");

    private readonly ArmedTime _time = new();
    private readonly ConcurrentDictionary<IPAddress, TaskCompletionSource<Stream>> _dialled = new();
    private readonly Channel<IPAddress> _begun = Channel.CreateUnbounded<IPAddress>();

    [Fact]
    public void Families_take_turns_beginning_with_the_first() =>
        Assert.Equal([Six, Four, Seven, Five], AddressRace.Interleave([Six, Seven, Four, Five]));

    [Fact]
    public async Task Silent_address_costs_a_quarter_of_a_second_and_the_opening_names_both()
    {
        (AddressRace race, OpeningTrace trace) = Race();
        Task<Stream> running = race.RunAsync([Six, Four], 80, TestContext.Current.CancellationToken);
        await BegunAsync(1);
        _time.Advance(AddressRace.AttemptDelay - TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(Four, _dialled.Keys);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await BegunAsync(1);
        var won = new MemoryStream();
        _dialled[Four].SetResult(won);
        Assert.Same(won, await running.WaitAsync(ClientRig.Bound));
        Assert.True(_dialled[Six].Task.IsCanceled);
        OpeningTimes times = trace.Clock.Stop(completed: true);
        Assert.Equal([(Six, TimeSpan.Zero, false), (Four, AddressRace.AttemptDelay, true)], times.Steps.Select(step => (step.EndPoint!.Address, step.Start, step.Succeeded)));
        Assert.Equal(AddressRace.AttemptDelay, times.GetDuration(OpeningPhase.Tcp));
    }

    [Fact]
    public async Task Address_that_fails_makes_room_for_the_next_at_once()
    {
        (AddressRace race, OpeningTrace trace) = Race();
        Task<Stream> running = race.RunAsync([Six, Four], 80, TestContext.Current.CancellationToken);
        await BegunAsync(1);
        _dialled[Six].SetException(new SocketException((int)SocketError.NetworkUnreachable));
        await BegunAsync(1);
        _dialled[Four].SetResult(Stream.Null);
        Assert.Same(Stream.Null, await running.WaitAsync(ClientRig.Bound));
        Assert.Equal("[2001:db8::6]:80 (failed: NetworkUnreachable), 192.0.2.4:80 (no answer)", trace.Attempts.ToString());
    }

    [Fact]
    public async Task First_may_still_win_and_one_that_comes_too_late_is_closed()
    {
        (AddressRace race, _) = Race(deaf: true);
        Task<Stream> running = race.RunAsync([Six, Four], 80, TestContext.Current.CancellationToken);
        await BegunAsync(1);
        _time.Advance(AddressRace.AttemptDelay);
        await BegunAsync(1);
        _dialled[Six].SetResult(Stream.Null);
        Assert.Same(Stream.Null, await running.WaitAsync(ClientRig.Bound));
        var late = new Disposed();
        _dialled[Four].SetResult(late);
        await late.Done.Task.WaitAsync(ClientRig.Bound);
    }

    [Fact]
    public async Task Where_none_answers_the_last_failure_is_thrown_and_each_is_known()
    {
        (AddressRace race, OpeningTrace trace) = Race();
        Task<Stream> running = race.RunAsync([Six, Four, Six], 80, TestContext.Current.CancellationToken);
        await BegunAsync(1);
        _dialled[Six].SetException(new SocketException((int)SocketError.HostUnreachable));
        await BegunAsync(1);
        _dialled[Four].SetException(new SocketException((int)SocketError.ConnectionRefused));
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => running.WaitAsync(ClientRig.Bound))).SocketErrorCode);
        Assert.Equal("[2001:db8::6]:80 (failed: HostUnreachable), 192.0.2.4:80 (refused)", trace.Attempts.ToString());
        Assert.True(trace.AllAreOutOfReach);
    }

    [Fact]
    public async Task Cancelling_gives_all_of_them_up()
    {
        (AddressRace race, _) = Race();
        using var cancelled = new CancellationTokenSource();
        Task<Stream> running = race.RunAsync([Six, Four], 80, cancelled.Token);
        await BegunAsync(1);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(ClientRig.Bound));
        Assert.Equal([Six], _dialled.Keys);
    }

    [Fact]
    public async Task Name_without_an_address_is_a_name_that_does_not_resolve()
    {
        CloseRecord record = await ClientRig.FailAsync(new Uri("ws://nobody.example/"), options => options.Dialer = new Dialer { Resolve = (_, _) => Task.FromResult<IPAddress[]>([]) });
        Assert.Equal(CloseCause.NameNotResolved, record.Cause);
    }

    [Fact]
    public async Task Opening_goes_past_an_address_that_swallows_its_SYN()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        var options = new WebSocketClientOptions
        {
            TimeProvider = _time,
            Dialer = new Dialer
            {
                Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]),
                Connect = async (endPoint, token) =>
                {
                    if (endPoint.AddressFamily == AddressFamily.InterNetwork) return await Dialer.OfTheSystem.Connect(endPoint, token);
                    await Task.Delay(Timeout.Infinite, token);
                    throw new InvalidOperationException("It never answers.");
                },
            },
        };
        Task<WebSocketConnection> opening = WebSocketConnection.ConnectAsync(new Uri($"ws://two.example:{server.Port}/"), options);
        await _time.PassDelayAsync();
        WebSocketConnection connection = await opening.WaitAsync(ClientRig.Bound);
        Assert.Equal(["[::1]", "127.0.0.1"], connection.OpeningTimes!.Steps.Where(step => step.Phase == OpeningPhase.Tcp).Select(step => step.EndPoint!.ToString().Replace($":{server.Port}", "", StringComparison.Ordinal)));
        connection.Abort();
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "two.example:9 refused the connection or is not reachable; tried: [::1]:9 (refused), 127.0.0.1:9 (refused)", "se probó con [::1]:9 (rechazada), 127.0.0.1:9 (rechazada)")]
    [InlineData(SocketError.TooManyOpenSockets, "two.example:9 could not be connected to: [::1]:9 (failed: TooManyOpenSockets), 127.0.0.1:9 (failed: TooManyOpenSockets)", "no se pudo conectar con two.example:9")]
    public async Task Failure_names_the_addresses_in_both_languages(SocketError error, string english, string spanish)
    {
        CloseRecord record = await ClientRig.FailAsync(new Uri("ws://two.example:9/"), options => options.Dialer = new Dialer
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]),
            Connect = (_, _) => throw new SocketException((int)error),
        });
        Assert.Equal((CloseCause.ConnectionRefused, english), (record.Cause, record.Detail));
        Assert.Contains(spanish, record.Describe(new System.Globalization.CultureInfo("es")), StringComparison.Ordinal);
        Assert.Equal(2, record.OpeningTimes!.Steps.Count(step => step is { Phase: OpeningPhase.Tcp, Succeeded: false, EndPoint: not null }));
    }

    [Fact]
    public async Task Timeout_names_the_addresses_that_did_not_answer()
    {
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new WebSocketClientOptions
        {
            TimeProvider = _time,
            Dialer = new Dialer
            {
                Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]),
                Connect = async (endPoint, token) =>
                {
                    if (endPoint.AddressFamily == AddressFamily.InterNetwork) second.SetResult();
                    await Task.Delay(Timeout.Infinite, token);
                    return Stream.Null;
                },
            },
        };
        Task<WebSocketConnection> opening = WebSocketConnection.ConnectAsync(new Uri("ws://two.example:9/"), options);
        await _time.PassDelayAsync();
        await second.Task.WaitAsync(ClientRig.Bound);
        _time.Advance(options.ConnectTimeout);
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => opening.WaitAsync(ClientRig.Bound))).Record;
        Assert.Equal((CloseCause.ConnectTimeout, "the opening took longer than 15 s; tried: [::1]:9 (no answer), 127.0.0.1:9 (no answer)"), (record.Cause, record.Detail));
    }

    private (AddressRace Race, OpeningTrace Trace) Race(bool deaf = false)
    {
        var trace = new OpeningTrace(new OpeningClock(_time));
        return (new AddressRace((endPoint, token) => Dial(endPoint, deaf ? default : token), trace, _time), trace);
    }

    private async ValueTask<Stream> Dial(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var dial = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(_ => dial.TrySetCanceled(), null);
        Assert.True(_dialled.TryAdd(endPoint.Address, dial));
        _begun.Writer.TryWrite(endPoint.Address);
        return await dial.Task;
    }

    private async Task BegunAsync(int count)
    {
        for (int i = 0; i < count; i++) await _begun.Reader.ReadAsync().AsTask().WaitAsync(ClientRig.Bound);
    }

    /// <summary>A clock that can be turned when the wait between two attempts has begun, and not before.</summary>
    private sealed class ArmedTime : FakeTimeProvider
    {
        private readonly Channel<ITimer> _armed = Channel.CreateUnbounded<ITimer>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == AddressRace.AttemptDelay) _armed.Writer.TryWrite(timer);
            return timer;
        }

        public async Task PassDelayAsync()
        {
            await _armed.Reader.ReadAsync().AsTask().WaitAsync(ClientRig.Bound);
            Advance(AddressRace.AttemptDelay);
        }
    }

    private sealed class Disposed : MemoryStream
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            Done.TrySetResult();
        }
    }
}
