using Cierre.TestKit;
using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class PipeTransportTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Pipe _input = new(new PipeOptions(useSynchronizationContext: false));
    private readonly TestWire _wire = new();
    private readonly TestReceiver _receiver = new();
    private readonly PipeTransport _transport;

    public PipeTransportTests() => _transport = new PipeTransport(_input.Reader, _wire);

    [Fact]
    public async Task Bytes_are_pushed_in_order_and_the_end_follows_them()
    {
        _transport.Start(_receiver);
        byte[] bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i += 777) await _input.Writer.WriteAsync(bytes.AsMemory(i, Math.Min(777, bytes.Length - i)));
        await _input.Writer.CompleteAsync();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(bytes, _receiver.Bytes);
        await _transport.ReleaseAsync();
        Assert.True(_wire.IsDisposed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Receiver_that_holds_gets_neither_more_nor_the_end_until_it_resumes(bool inOneRead)
    {
        _receiver.IsHolding = true;
        if (!inOneRead) _transport.Start(_receiver);
        await _input.Writer.WriteAsync(new byte[] { 1 });
        if (!inOneRead) await Task.Run(() => SpinWait.SpinUntil(() => _receiver.Batches == 1, Bound));
        await _input.Writer.CompleteAsync();
        if (inOneRead) _transport.Start(_receiver);
        // One that comes too early changes nothing.
        _transport.Resume();
        Assert.False(_receiver.End.IsCompleted);
        _receiver.IsHolding = false;
        _transport.Resume();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(1, _receiver.Batches);
    }

    [Fact]
    public async Task Letting_go_ends_a_hold()
    {
        _receiver.IsHolding = true;
        _transport.Start(_receiver);
        await _input.Writer.WriteAsync(new byte[] { 1 });
        _transport.Close();
        Assert.Equal(TransportEndKind.Closed, (await _receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Last_piece_of_a_batch_is_marked_and_the_batch_ends_behind_it()
    {
        byte[] three = new byte[3 * 4096];
        for (int i = 0; i < 3; i++)
        {
            three.AsMemory(i * 4096, 4096).CopyTo(_input.Writer.GetMemory(4096));
            _input.Writer.Advance(4096);
        }

        await _input.Writer.FlushAsync();
        _transport.Start(_receiver);
        await _input.Writer.CompleteAsync();
        await _receiver.End.WaitAsync(Bound);
        Assert.Equal(_receiver.Lasts.Count - 1, _receiver.Lasts.IndexOf(true));
        Assert.Equal(1, _receiver.Batches);
    }

    [Fact]
    public async Task Full_receiver_gets_the_rest_when_it_has_room_and_nothing_twice()
    {
        _receiver.Room = 10;
        _transport.Start(_receiver);
        await _input.Writer.WriteAsync(Enumerable.Range(0, 30).Select(i => (byte)i).ToArray());
        await _receiver.Full.WaitAsync(Bound);
        Assert.Equal(10, _receiver.Bytes.Length);
        _receiver.Room = 1000;
        _transport.Resume();
        await _input.Writer.CompleteAsync();
        await _receiver.End.WaitAsync(Bound);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (byte)i), _receiver.Bytes);
    }

    [Fact]
    public async Task Receiver_that_is_full_and_holds_gets_the_rest_with_the_first_sign_of_room()
    {
        (_receiver.Room, _receiver.IsHolding) = (10, true);
        _transport.Start(_receiver);
        await _input.Writer.WriteAsync(new byte[30]);
        await _receiver.Full.WaitAsync(Bound);
        (_receiver.Room, _receiver.IsHolding) = (1000, false);
        _transport.Resume();
        await _receiver.CameAsync(30);
        await _input.Writer.CompleteAsync();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Receiver_that_is_still_full_is_asked_again_with_every_sign_of_room_and_gets_nothing_twice()
    {
        (_receiver.Room, _receiver.IsHolding) = (10, true);
        _transport.Start(_receiver);
        await _input.Writer.WriteAsync(Enumerable.Range(0, 30).Select(i => (byte)i).ToArray());
        await _input.Writer.CompleteAsync();
        await _receiver.Full.WaitAsync(Bound);
        for (int i = 0; i < 3; i++) _transport.Resume();
        Assert.False(_receiver.End.IsCompleted);
        _receiver.IsHolding = false;
        _receiver.Room = 1000;
        _transport.Resume();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (byte)i), _receiver.Bytes);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("look")]
    [InlineData("shut")]
    public async Task Pipe_that_throws_where_its_read_is_cancelled_harms_nothing(string what)
    {
        var transport = new PipeTransport(new Stubborn(_input.Reader), _wire);
        _wire.Between = what == "shut";
        transport.Start(_receiver);
        switch (what)
        {
            case "close":
                transport.Close();
                break;
            case "look":
                transport.Probe();
                break;
            default:
                await transport.ShutdownSendAsync();
                break;
        }

        // Behind what was posted.
        var behind = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(_ => behind.SetResult(), null);
        await behind.Task.WaitAsync(Bound);
        await _input.Writer.CompleteAsync();
        await _receiver.End.WaitAsync(Bound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scheduler_of_the_applications_gets_what_is_posted_and_every_turn_and_where_it_throws_the_pool_does(bool throws)
    {
        int asked = 0, ran = 0;
        var scheduler = new Asked(() =>
        {
            Interlocked.Increment(ref asked);
            if (throws) throw new InvalidOperationException("the scheduler is gone");
        });
        var transport = new PipeTransport(_input.Reader, _wire, scheduler);
        var both = new CountdownEvent(2);
        transport.Post(_ => Count());
        transport.PostTurn(new Turned(Count));
        Assert.True(both.Wait(Bound));
        await Task.Yield();
        Assert.Equal((2, 2), (Volatile.Read(ref asked), Volatile.Read(ref ran)));

        void Count()
        {
            Interlocked.Increment(ref ran);
            both.Signal();
        }
    }

    /// <summary>A scheduler may run what it gets at once, and throw behind that.</summary>
    [Fact]
    public async Task Work_runs_once_though_its_scheduler_ran_it_and_threw()
    {
        int ran = 0;
        var threw = new TaskCompletionSource();
        var scheduler = new Asked(() => { }, after: () =>
        {
            threw.SetResult();
            throw new InvalidOperationException("behind it");
        });
        var transport = new PipeTransport(_input.Reader, _wire, scheduler);
        transport.Post(_ => Interlocked.Increment(ref ran));
        await threw.Task.WaitAsync(Bound);
        var behind = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(_ => behind.SetResult(), null);
        await behind.Task.WaitAsync(Bound);
        Assert.Equal(1, ran);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Letting_go_ends_a_read_that_waits_and_a_receiver_that_is_full(bool full)
    {
        if (full) _receiver.Room = 1;
        _transport.Start(_receiver);
        if (full)
        {
            await _input.Writer.WriteAsync(new byte[10]);
            await _receiver.Full.WaitAsync(Bound);
        }

        _transport.Close();
        Assert.Equal(TransportEndKind.Closed, (await _receiver.End.WaitAsync(Bound)).Kind);
        await _transport.ReleaseAsync();
        Assert.True(_wire.IsDisposed);
        Assert.False(_wire.IsAborted);
    }

    [Fact]
    public async Task Aborting_cuts_the_wire_and_ends_the_read()
    {
        _transport.Start(_receiver);
        _transport.Abort();
        Assert.True(_wire.IsAborted);
        Assert.Equal(TransportEndKind.Closed, (await _receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Aborting_a_wire_that_is_gone_throws_nothing()
    {
        _wire.AbortThrows = new ObjectDisposedException("socket");
        _transport.Start(_receiver);
        _transport.Abort();
        await _receiver.End.WaitAsync(Bound);
    }

    [Fact]
    public void Wire_that_is_gone_has_nothing_unread()
    {
        _wire.UnreadThrows = new ObjectDisposedException("socket");
        Assert.Equal(0, _transport.Unread);
        _wire.UnreadThrows = new SocketException((int)SocketError.NotConnected);
        Assert.Equal(0, _transport.Unread);
        _wire.UnreadThrows = null;
        Assert.Equal(1, _transport.Unread);
    }

    [Fact]
    public async Task Read_that_a_stopping_host_cancels_changes_nothing()
    {
        _transport.Start(_receiver);
        _input.Reader.CancelPendingRead();
        await _input.Writer.WriteAsync(new byte[] { 1, 2 });
        _input.Reader.CancelPendingRead();
        await _input.Writer.CompleteAsync();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal([1, 2], _receiver.Bytes);
    }

    [Fact]
    public async Task Failing_read_ends_as_the_wire_judges_it()
    {
        _transport.Start(_receiver);
        await _input.Writer.CompleteAsync(new SocketException((int)SocketError.ConnectionReset));
        TransportEnd end = await _receiver.End.WaitAsync(Bound);
        Assert.Equal(TransportEndKind.Reset, end.Kind);
        Assert.IsType<SocketException>(end.Exception);
    }

    [Fact]
    public async Task Wire_that_fails_at_its_end_does_not_hide_the_end()
    {
        _wire.DisposeThrows = new OperationCanceledException("whatever");
        _transport.Start(_receiver);
        await _input.Writer.CompleteAsync();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ending_our_direction_ends_all_only_where_the_wire_cannot_do_otherwise(bool endsAll)
    {
        _wire.Ends = endsAll;
        _transport.Start(_receiver);
        await _transport.ShutdownSendAsync();
        Assert.Equal(1, _wire.Shutdowns);
        if (!endsAll)
        {
            await _input.Writer.WriteAsync(new byte[] { 7 });
            await _input.Writer.CompleteAsync();
        }

        Assert.Equal(endsAll ? TransportEndKind.Closed : TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(endsAll ? [] : [7], _receiver.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ending_our_direction_towards_a_peer_that_is_gone_throws_nothing_and_still_ends(bool endsAll)
    {
        _wire.Ends = endsAll;
        _wire.ShutdownThrows = new SocketException((int)SocketError.NotConnected);
        _transport.Start(_receiver);
        await _transport.ShutdownSendAsync();
        if (!endsAll) _transport.Close();
        await _receiver.End.WaitAsync(Bound);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_code_of_the_application_runs_under_the_connections_lock_when_a_pipe_continues_its_reader_in_place(bool abort)
    {
        // As Kestrel's with UnsafePreferInlineScheduling.
        var inline = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var connection = new WebSocketConnection(WebSocketRole.Server, new WebSocketConnectionOptions(), new PipeTransport(inline.Reader, _wire), new WebSocketNegotiation());
        connection.Start();
        Task reader = Read();
        if (abort) connection.Abort();
        else _ = connection.CloseAsync(4001);
        await inline.Writer.CompleteAsync();
        await reader.WaitAsync(Bound);
        await connection.Closed.WaitAsync(Bound);

        async Task Read()
        {
            await connection.ReceiveAsync();
            // Would wait for ever where the lock is held below us.
            await Task.Run(() => connection.Traffic).WaitAsync(Bound);
            Assert.True(Task.Run(() => connection.Traffic).Wait(Bound));
        }
    }

    [Fact]
    public void Letting_go_does_not_run_the_pump_on_the_callers_thread()
    {
        var inline = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var transport = new PipeTransport(inline.Reader, _wire);
        var receiver = new TestReceiver();
        transport.Start(receiver);
        transport.Close();
        Assert.True(receiver.End.Wait(Bound));
        Assert.NotEqual(Environment.CurrentManagedThreadId, receiver.EndThread);
    }

    [Fact]
    public void Look_where_no_read_can_be_cancelled_asks_kernel_and_pump_and_is_answered_behind_what_came()
    {
        (_wire.Cancels, _wire.Waits) = (false, 0);
        _transport.Start(_receiver);
        _transport.Probe();
        Assert.Equal([false], _receiver.Probes);
        _wire.Waits = 1;
        _transport.Probe();
        Assert.Equal([false], _receiver.Probes);
        Assert.True(_input.Writer.WriteAsync(new byte[3]).AsTask().Wait(Bound));
        Assert.True(SpinWait.SpinUntil(() => _receiver.Probes is [false, true], Bound));
        Assert.False(_receiver.End.IsCompleted);
    }

    private sealed class Asked(Action before, Action? after = null) : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state)
        {
            before();
            action(state);
            after?.Invoke();
        }
    }

    private sealed class Turned(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }

    /// <summary>A pipe whose waiting read cannot be cancelled.</summary>
    private sealed class Stubborn(PipeReader inner) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => throw new NotSupportedException("not this pipe");

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    private sealed class TestWire : Wire
    {
        public bool Between { get; set; }

        public override bool ShutsBetweenReads => Between;

        public bool Cancels { get; set; } = true;

        public int Waits { get; set; } = 1;

        public override bool CancelsReads => Cancels;

        public bool Ends { get; set; }

        public bool IsDisposed { get; private set; }

        public bool IsAborted { get; private set; }

        public int Shutdowns { get; private set; }

        public Exception? AbortThrows { get; set; }

        public Exception? DisposeThrows { get; set; }

        public Exception? ShutdownThrows { get; set; }

        public Exception? UnreadThrows { get; set; }

        public override bool EndsOnShutdown => Ends;

        public override int Unread => UnreadThrows is { } e ? throw e : Waits;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => default;

        public override ValueTask ShutdownSendAsync()
        {
            Shutdowns++;
            return ShutdownThrows is { } e ? ValueTask.FromException(e) : default;
        }

        public override void Abort()
        {
            IsAborted = true;
            if (AbortThrows is { } e) throw e;
        }

        public override ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return DisposeThrows is { } e ? ValueTask.FromException(e) : default;
        }
    }
}
