using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Resuming;
using Cierre.Scheduling;
using Cierre.Sending;
using Cierre.Topics;

namespace Cierre.Sessions;

/// <summary>
/// A session as a connection: what its holder sends and receives goes over the connection that carries the session, and waits where none does. What moves the
/// session is in <see cref="SessionDriver"/>'s other half; the rules are <see cref="ResumeSession"/>'s.
/// </summary>
/// <remarks>Its lock is taken before that of a connection that carries it, and never under it.</remarks>
internal sealed partial class SessionDriver : ConnectionCore
{
    private readonly ResumeSession _session;
    private readonly SessionTimes _times;
    private readonly SessionsAway? _allAway;
    private SessionsAway.Place? _placeAway;
    private WindowQueue _waiting;
    private TimeSpan _lastMessage;
    private WebSocketSession? _face;
    private ImmutableDictionary<string, TopicCursor> _topicsBefore = ImmutableDictionary<string, TopicCursor>.Empty;

    private SessionDriver(ResumeSession session, SessionTimes times, TimeProvider time, SessionsAway? allAway = null)
        : base(time) => (_session, _times, _allAway, Role) = (session, times, allAway, session.Role);

    /// <summary>Makes of the options of a session those of a connection that carries it: its messages have a mark, and some control the session.</summary>
    public static T OptionsOfCarrier<T>(T options)
        where T : WebSocketConnectionOptions
    {
        // What is in front of a message of a topic is longer than a mark. The session itself looks at what is behind.
        options.MaxMessageSize = Math.Max(
            Math.Min(options.MaxMessageSize, long.MaxValue - TopicMessage.LongestHead) + TopicMessage.LongestHead, ResumeControl.MaxSize);
        return options;
    }

    public override WebSocketRole Role { get; }

    public override WebSocketSession Session => _face ?? Interlocked.CompareExchange(ref _face, new WebSocketSession(this), null) ?? _face;

    public override bool IsOpen => _close is null && _session.State is not (SessionState.Leaving or SessionState.Ended);

    public override bool StillReceives => IsOpen;

    /// <summary>The connection that carries it has had its answer: messages come, and no longer what decides about the session.</summary>
    public bool IsUnderWay => _session.State is SessionState.Attached or SessionState.Leaving;

    /// <summary>Bytes of topics that nobody has taken: who reads them late, or has a call for each, holds the connection up.</summary>
    public int UnreadTopicBytes => Receiver.Inbox.TopicBytes + _calls.TopicBytes;

    public override bool InBatch => _carrier?.Connection.InBatch == true;

    public override TimeSpan? LastRoundTrip => _carrier?.Connection.LastRoundTrip;

    public override ConnectionTraffic Traffic => _carrier?.Connection.Traffic ?? _last?.Traffic ?? ConnectionTraffic.None;

    public override TimeSpan Age => Closed.IsCompleted ? _ended : Now;

    public override TimeSpan IdleTime
    {
        get
        {
            lock (Gate) return (_record is null ? Now : _ended) - _lastMessage;
        }
    }

    public override long QueuedBytes
    {
        get
        {
            lock (Gate) return Queued;
        }
    }

    private long Queued => _session.UnacknowledgedBytes + _waiting.Bytes;

    public override ConnectionDriver OverOneTransport => throw new InvalidOperationException(
        "A resumable connection goes from one transport to the next: it has no System.Net.WebSockets.WebSocket, no frames to trace, and nothing else that is "
        + "of one transport.");

    protected override TopicMemberships MembershipsOn(TopicNode node) => new(node, isSession: true, _carrier?.Connection, _topicsBefore);

    // ---- sends ----

    public override ValueTask SendAsync(WebSocketOpcode kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, bool compressible = true)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        SessionCarrier? owing = null;
        AwaitedSend? waits = null;
        lock (Gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            if (SendsAtOnce(payload.Length)) owing = SendNow(kind, payload.Span, compressible);
            else Add(waits = new AwaitedSend(kind, payload, final: true) { Compressible = compressible, Token = cancellationToken });
        }

        owing?.Connection.Sending.Flush();
        return waits is null ? default : Awaited(waits);
    }

    public override ValueTask SendAsync(string text, CancellationToken cancellationToken, bool compressible = true)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            int length = Encoding.UTF8.GetBytes(text, utf8);
            SessionCarrier? owing = null;
            AwaitedSend? waits = null;
            lock (Gate)
            {
                if (Refusal() is { } closed) return ValueTask.FromException(closed);
                if (SendsAtOnce(length)) owing = SendNow(WebSocketOpcode.Text, utf8.AsSpan(0, length), compressible);
                else Add(waits = new AwaitedSend(text) { Compressible = compressible, Token = cancellationToken });
            }

            owing?.Connection.Sending.Flush();
            return waits is null ? default : Awaited(waits);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    public override bool TrySend(WebSocketOpcode kind, ReadOnlySpan<byte> payload)
    {
        SessionCarrier? owing;
        lock (Gate)
        {
            if (!IsOpen || !SendsAtOnce(payload.Length)) return false;
            owing = SendNow(kind, payload, compressible: true);
        }

        owing?.Connection.Sending.Flush();
        return true;
    }

    public override ValueTask<WebSocketMessageStream> OpenSendStreamAsync(
        WebSocketMessageKind kind, bool compressible, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<WebSocketMessageStream>(cancellationToken);
        lock (Gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException<WebSocketMessageStream>(closed);
        }

        return new ValueTask<WebSocketMessageStream>(new GatheredMessageStream(this, kind, compressible));
    }

    public override Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        SessionCarrier? carrier;
        lock (Gate)
        {
            carrier = _carrier;
            if (carrier is null) return Task.FromException<TimeSpan>(new WebSocketClosedException(Known()));
        }

        return carrier.Connection.PingAsync(cancellationToken);
    }

    public override EnqueueResult Enqueue(BroadcastMessage message, WebSocketConnection receiver)
    {
        SlowReceivers? slow = null;
        AwaitedSend? waits = null;
        lock (Gate)
        {
            if (!IsOpen) return EnqueueResult.Closed;
            if (SendsAtOnce(message.Length))
            {
                _lastMessage = BatchNow;
                _session.Send(message.Opcode, message.Payload, Output, message.Compressible);
                NoteQueued();
                return EnqueueResult.Taken;
            }

            slow = message.SlowOnes();
            if (!IsAway)
            {
                slow.Expect();
                waits = new AwaitedSend(message.Opcode, message.Payload.ToArray(), final: true) { Compressible = message.Compressible };
                Add(waits);
            }
        }

        if (waits is not null)
        {
            _ = FollowAsync(waits, slow, receiver);
            return EnqueueResult.Waits;
        }

        // Whoever broadcasts does not wait for one who is away.
        slow.Add(receiver);
        Lose(LossReason.BufferFull);
        return EnqueueResult.Closed;
    }

    public override void FlushEnqueued()
    {
        SessionCarrier? owing;
        lock (Gate) owing = Owing();
        owing?.Connection.Sending.Flush();
    }

    // ---- what came ----

    public override void Asks()
    {
        (int messages, long bytes) = Receiver.Inbox.Untaken;
        _session.TakeAllBut(messages + _calls.Messages, bytes + _calls.Bytes, Output, BatchNow);
    }

    public override void AfterReceive()
    {
        SessionCarrier? carrier = _carrier;
        // An acknowledgement is due, now or in a while.
        if (carrier?.OwesFlush == true || _session.Deadline < _called)
        {
            SessionCarrier? owing;
            TimeSpan next;
            lock (Gate)
            {
                owing = Owing();
                next = NextCall();
            }

            owing?.Connection.Sending.Flush();
            Ask(next);
        }

        // What was taken is seen by a carrier that is about to pause, or the pause is seen here.
        Interlocked.MemoryBarrier();
        // A violation of the peer's, or a drain, may have waited for the reader.
        carrier?.Connection.AfterReceive();
    }

    private bool SendsAtOnce(int bytes) => _waiting.IsEmpty && _session.HasRoom(bytes);

    /// <summary>Under the lock; returns the connection that has something to send off.</summary>
    private SessionCarrier? SendNow(WebSocketOpcode kind, ReadOnlySpan<byte> payload, bool compressible)
    {
        _lastMessage = BatchNow;
        _session.Send(kind, payload, Output, compressible);
        NoteQueued();
        return Owing();
    }

    /// <summary>A send that waits for room. Under the lock.</summary>
    private void Add(AwaitedSend waits)
    {
        _waiting.Add(waits);
        NoteQueued();
    }

    /// <summary>More waits than before, or less. Under the lock.</summary>
    private void NoteQueued()
    {
        if (_placeAway is not null) _allAway!.Note(this, ref _placeAway, Queued);
    }

    /// <summary>The session may have lost its connection, or have another. Under the lock.</summary>
    private void NoteAway()
    {
        if (_allAway is null) return;
        if (_session.State is SessionState.Away) _allAway.Note(this, ref _placeAway, Queued);
        else if (_placeAway is not null) _allAway.Forget(ref _placeAway);
    }

    /// <summary>Sends what waited, as far as there is room. Under the lock.</summary>
    private void SendWaiting()
    {
        while (_waiting.TryTake(_session, out AwaitedSend? send))
        {
            _session.Send(send!.Kind, send.Payload, Output, send.Compressible);
            send.Complete();
        }
    }

    /// <summary>A send that waits for room. Outside the lock, because a token that is cancelled by now runs its callback here.</summary>
    private ValueTask Awaited(AwaitedSend send)
    {
        ValueTask task = send.Task;
        if (task.IsCompleted || !send.Token.CanBeCanceled) return task;
        CancellationTokenRegistration registration = send.Token.UnsafeRegister(
            static (state, _) =>
            {
                (SessionDriver session, AwaitedSend send) = ((SessionDriver, AwaitedSend))state!;
                session.Cancel(send);
            },
            (this, send));
        lock (Gate)
        {
            send.Registration = registration;
            if (task.IsCompleted) registration.Unregister();
        }

        return task;
    }

    private void Cancel(AwaitedSend send)
    {
        SessionCarrier? owing;
        lock (Gate)
        {
            if (!_waiting.Remove(send)) return;
            send.Fail(new OperationCanceledException(send.Token));
            // Whoever waits behind it waits for it no more.
            SendWaiting();
            NoteQueued();
            owing = Owing();
        }

        owing?.Connection.Sending.Flush();
    }

    /// <summary>A message of a broadcast for which there is no room yet: it waits in its turn, and not for ever.</summary>
    private async Task FollowAsync(AwaitedSend send, SlowReceivers slow, WebSocketConnection receiver)
    {
        Task sent = send.Task.AsTask();
        try
        {
            await sent.WaitAsync(_times.Broadcast, Time).ConfigureAwait(SimulationContext.IsCurrent);
            slow.Took();
            return;
        }
        catch (WebSocketClosedException)
        {
            slow.Lost();
            return;
        }
        catch (TimeoutException)
        {
            slow.Add(receiver);
        }

        TakeNoMore(Violations.BroadcastNotTaken(_times.Broadcast));
        await sent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        slow.Lost();
    }

    private WebSocketClosedException? Refusal() => IsOpen ? null : new WebSocketClosedException(Known());

    private TimeSpan BatchNow => _carrier?.Now ?? Now;

    private IResumeOutput Output => (IResumeOutput?)_carrier ?? Nowhere.Instance;

    /// <summary>The connection that has something to send off, told once.</summary>
    private SessionCarrier? Owing() => _carrier?.TakeFlush() == true ? _carrier : null;

    /// <summary>No connection carries the session: nothing is written.</summary>
    private sealed class Nowhere : IResumeOutput
    {
        public static readonly Nowhere Instance = new();

        public void Write(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible = true)
        {
        }
    }
}

/// <summary>How long a session waits for what, and how much it takes.</summary>
/// <param name="Close">For what was sent before a close and has no room yet.</param>
/// <param name="Broadcast">For room for a message of a broadcast.</param>
/// <param name="MaxMessageSize">How large a message of the peer's may be, without its mark.</param>
internal sealed record SessionTimes(TimeSpan Close, TimeSpan Broadcast, long MaxMessageSize = long.MaxValue);
