using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Resuming;
using Cierre.Scheduling;
using Cierre.Topics;

namespace Cierre.Sessions;

/// <summary>What moves a session: connections that come and go, what they bring, the close, and time.</summary>
internal sealed partial class SessionDriver
{
    private SessionCarrier? _carrier;
    private SessionChronicle _chronicle;
    private CloseRecord? _last;
    private CloseRecord? _record;
    private TimeSpan _ended;
    private Ending? _close;
    private HandlerCalls _calls;
    private TimeSpan _called = TimeSpan.MaxValue;
    private OrderedCalls<SessionChange>? _changes;
    private StrongBox<ActivityContext>? _span;
    private bool _endsWithConnection;
    private bool _isOver;

    /// <summary>How this side ends the session.</summary>
    /// <param name="TakesBack">What was sent before and waits is dropped.</param>
    /// <param name="By">When it is over with what was sent before and has no room, and with whoever waits for the end.</param>
    /// <param name="WhileAway">No connection carried the session.</param>
    private sealed record Ending(CloseFrame Frame, EndReason Why, bool TakesBack, TimeSpan By, bool WhileAway);

    /// <summary>What was decided under the lock and is done behind it.</summary>
    private readonly record struct Decided(
        bool WakesReader, SessionCarrier? Owing, SessionCarrier? Closes, CloseRecord? Record, bool IsOver, TimeSpan Next, bool HasChanges);

    /// <summary>A server's session.</summary>
    /// <param name="allAway">Among which it is counted while it has no connection; null: it is not.</param>
    public static SessionDriver OfServer(ResumeLimits limits, TimeSpan window, SessionTimes times, TimeProvider time, SessionsAway? allAway = null) =>
        new(ResumeSession.OfServer(limits, window), times, time, allAway);

    /// <summary>A client's, which begins with the first connection.</summary>
    public static SessionDriver OfClient(SessionTimes times, TimeProvider time) => new(ResumeSession.OfClient(), times, time);

    /// <summary>The session's name in logs; null before it began.</summary>
    public string? Id => _session.Id;

    /// <summary>No connection carries it at the moment.</summary>
    public bool IsAway => _carrier is null;

    /// <summary>The number of the connection that carries it; 0: none does.</summary>
    public long Carrier => _carrier?.Connection.Engine.ConnectionId ?? 0;

    /// <summary>How long it is still kept without a connection; null: it has one, or is over.</summary>
    public TimeSpan? Left
    {
        get
        {
            lock (Gate) return _session.State is SessionState.Away away ? away.Until - Now : null;
        }
    }

    /// <summary>How many connections have carried it.</summary>
    public int Connections => _chronicle.Count;

    /// <summary>How it went so far.</summary>
    public SessionStory Story
    {
        get
        {
            lock (Gate) return _chronicle.Tell(Id ?? "", Loss);
        }
    }

    /// <summary>Why it is lost, one of <see cref="LossReason"/>; null: it is not.</summary>
    public string? Loss => (_session.State as SessionState.Ended)?.Loss;

    /// <summary>How this side has ended it, where the peer may not know yet.</summary>
    public CloseFrame? CloseToTell => _session.State switch
    {
        SessionState.Ended ended => ended.Close,
        SessionState.Away away => away.Close,
        _ => null,
    };

    /// <summary>Told once, when nothing is to be said to the peer any more; <see cref="ConnectionCore.Closed"/> may complete before that, because nobody waits
    /// longer than the close timeout for a peer that is away. Set before the first connection.</summary>
    public Action? Over { get; set; }

    /// <summary>That of the oldest which still counts: an older one stays good until a message has come over a connection that was given a newer.</summary>
    public int OldestToken { get; private set; }

    /// <summary>Called with each change, behind the lock and in their order; it throws nothing. Null: nobody is. Set before the first connection.</summary>
    public Action<SessionChange>? Changed
    {
        set => _changes = value is null ? null : new OrderedCalls<SessionChange>(Gate, value);
    }

    /// <summary>A server's session begins, over its first connection.</summary>
    /// <param name="hello">What the client says.</param>
    /// <returns>What completes when the connection has ended and the session knows it; null: the client has sent more than its hello.</returns>
    /// <param name="carries">Called under the lock, before the client can have the answer: it does no more than remember.</param>
    public Task? Begin(ConnectionDriver connection, ResumeControl.Hello hello, ResumeControl.Session session, Action? carries = null)
    {
        Decided decided;
        var carrier = new SessionCarrier(connection, this, token: 0);
        lock (Gate)
        {
            if (!connection.Receiver.HandTo(carrier)) return null;
            Carry(carrier, session.Node, session.Id);
            carries?.Invoke();
            _topicsBefore = hello.Topics;
            _session.Begin(session, carrier);
            _changes?.Add(new SessionChange(SessionChangeKind.Opened));
            decided = Decide();
        }

        Do(decided);
        return carrier.FollowAsync();
    }

    /// <summary>The client has come back to its server.</summary>
    /// <param name="number">The token's, larger than that of every one before.</param>
    /// <param name="carries">Called where the session goes on, under the lock, before anything of the client's is taken: it does no more than remember.</param>
    /// <returns>What completes when the connection has ended and the session knows it; null: the client has sent more than that it resumes.</returns>
    public Task? Resume(ConnectionDriver connection, ResumeControl.Resume asked, string node, string token, int number, Action? carries = null)
    {
        Decided decided;
        SessionCarrier? older = null;
        CloseFrame? told = null;
        EndReason? why = null;
        SessionCarrier carrier;
        List<TopicReader>? topics = null;
        lock (Gate)
        {
            carrier = new SessionCarrier(connection, this, number);
            if (!connection.Receiver.HandTo(carrier)) return null;
            // Nobody waits for the client any more.
            if (_endsWithConnection) _session.Abandon(Now);
            long byPeer = (asked.Sent ?? 0) - _session.Received;
            SessionEffects effects = _session.Resume(asked, node, token, carrier, Now);
            if ((effects & SessionEffects.CloseOlder) != 0) older = _carrier;
            if ((effects & SessionEffects.WriteResumed) != 0)
            {
                // Two that came at once may have got their tokens the other way round.
                OldestToken = Math.Min(OldestToken, number);
                Carry(carrier, node, Id!, _session.Sent - asked.Got, asked.Sent is null ? null : byPeer);
                carries?.Invoke();
                _changes?.Add(new SessionChange(SessionChangeKind.Resumed) { LastConnection = _chronicle.Last });
                topics = Topics?.Carry(connection, asked.Topics);
                // Behind what is repeated.
                if ((effects & SessionEffects.CloseConnection) != 0) (told, why) = (_close!.Frame, _close.Why);
            }
            else if ((effects & SessionEffects.WriteEnded) != 0)
            {
                (told, why) = _close is null ? (CloseToTell!, EndReason.Requested) : (_close.Frame, _close.Why);
                // The peer hears of the end over this one: how it ends is how the session does.
                if (_record is null) Carry(carrier, node, Id!);
            }
            else
            {
                (told, why) = (LostFrame, EndReason.SessionLost(SessionExplanation.LossKey(Loss ?? LossReason.Unknown)));
            }

            SessionCarrier? owing = carrier.TakeFlush() ? carrier : null;
            decided = Decide() with { Owing = owing };
        }

        older?.Connection.BeginClose(Violations.ResumedElsewhere());
        Do(decided);
        if (told is not null) connection.BeginClose(told, why!);
        else topics?.ForEach(topic => topic.GoOn(connection));
        return carrier.FollowAsync();
    }

    /// <summary>Told, behind the lock, of each control message that comes; null: nobody is. Set before the first connection.</summary>
    public Action<ResumeControl>? ControlCame { get; set; }

    /// <summary>A client has a connection: it begins its session there, or goes on with it.</summary>
    /// <returns>Null: the server spoke first, which it must not.</returns>
    public SessionCarrier? Connect(ConnectionDriver connection)
    {
        Decided decided;
        var carrier = new SessionCarrier(connection, this, token: 0);
        lock (Gate)
        {
            if (!connection.Receiver.HandTo(carrier)) return null;
            _carrier = carrier;
            ResumeControl.LastEnd? last = _last is null ? null : new(_last.Code, _last.Cause.ToKebabCase(), (long)_last.Elapsed.TotalMilliseconds);
            _session.Connected(last, carrier, Now);
            decided = Decide();
        }

        Do(decided);
        return carrier;
    }

    /// <summary>A message has come over a connection. On the transport's thread, outside of its lock.</summary>
    public void Arrived(SessionCarrier carrier, WebSocketOpcode kind, ReadOnlyMemory<byte> message)
    {
        SessionEvent found;
        SessionMessage came = default;
        Decided decided = default;
        Inbox inbox;
        Violation? tooBig = null;
        bool isMessage, wakes = false, handsOut = false;
        lock (Gate)
        {
            // An older holder has nothing to say any more.
            if (_carrier != carrier || _session.State is SessionState.Ended) return;
            OldestToken = carrier.Token;
            TimeSpan now = carrier.Now;
            found = _session.Receive(kind, message, carrier, now);
            inbox = Receiver.Inbox;
            isMessage = found.Kind is SessionEventKind.Message or SessionEventKind.TopicMessage;
            if (!isMessage)
            {
                if (found.Control is { } answer) Note(carrier, answer);
                SendWaiting();
                decided = Decide();
            }
            else if (found.Payload.Length > _times.MaxMessageSize)
            {
                tooBig = Violations.MessageTooBig((ulong)found.Payload.Length, _times.MaxMessageSize);
            }
            else if (StillReceives)
            {
                _lastMessage = now;
                came = new SessionMessage(kind, found.Payload, found.Topic);
                handsOut = inbox.HandsOut && _calls.Begin(came);
                wakes = inbox.Deliver(Whole(came));
            }
        }

        if (isMessage)
        {
            if (tooBig is not null) carrier.Connection.BeginClose(tooBig);
            else if (handsOut) Call(inbox, came);
            else if (wakes) inbox.Wake(inline: true);
            return;
        }

        if (found.Violation is { } broken) carrier.Connection.BeginClose(broken);
        Do(decided);
        if (found.Control is { } control) ControlCame?.Invoke(control);
    }

    /// <summary>A handler's call, behind which its message is taken; and what came meanwhile, over the next connection.</summary>
    private void Call(Inbox inbox, SessionMessage message)
    {
        bool more;
        do
        {
            inbox.HandOut(Whole(message));
            lock (Gate)
            {
                more = _calls.End(ref message);
                Asks();
            }

            AfterReceive();
        }
        while (more);
    }

    /// <summary>A connection has ended, or a client could not open one.</summary>
    /// <param name="carrier">Null: it never opened.</param>
    /// <param name="mayResume">Whether a further one is waited for, where its end allows that.</param>
    public void Gone(SessionCarrier? carrier, CloseRecord record, bool mayResume)
    {
        Decided decided;
        TopicMemberships? topics;
        lock (Gate)
        {
            topics = Topics;
            long connection = carrier?.Connection.Engine.ConnectionId ?? 0;
            bool carried = _chronicle.Carries(connection);
            _chronicle.Ended(connection, Now, record);
            // The session went on over another one before.
            if (_carrier != carrier) return;
            _carrier = null;
            // Of one over which the session did not go on, the session's record tells only where nothing else can be told.
            if (carried || _last is null || (!mayResume && Loss is null)) _last = record;
            _session.Gone(record, ResumableEnds.Allows(Role, record), Now);
            // What could go on does not, because nobody waits for that.
            if (!mayResume || _endsWithConnection) _session.Gone(record, mayResume: false, Now);
            if (_session.State is SessionState.Away) _changes?.Add(new SessionChange(SessionChangeKind.Parked) { LastConnection = _chronicle.Last });
            // What waited for room before the close will find none in time.
            if (_close is not null) _waiting.Fail(record);
            decided = Decide();
        }

        if (carrier is not null) topics?.Lost(carrier.Connection);
        Do(decided);
    }

    /// <summary>The session ends, and the peer is told: now, or when it comes back.</summary>
    public override void BeginClose(CloseFrame frame, EndReason why, bool takeBack = false)
    {
        Decided decided;
        lock (Gate)
        {
            if (!IsOpen) return;
            if (takeBack) _waiting.Fail(Known());
            _close = new Ending(frame, why, takeBack, Now + _times.Close, WhileAway: IsAway);
            // A client ends here and now, and what the server has not taken it never will.
            if (Role == WebSocketRole.Client && IsAway && (_session.Unacknowledged > 0 || !_waiting.IsEmpty)) _session.Abandon(Now);
            decided = Decide();
        }

        Do(decided);
    }

    public override void BeginDrain(CloseFrame frame, EndReason why) => EndWithConnection()?.BeginDrain(frame, why);

    public override void Abort(EndReason why) => EndWithConnection(why)?.Abort(why);

    /// <summary>No further connection is waited for: it ends with the one that carries it, or now where none does.</summary>
    /// <returns>The connection that carries it.</returns>
    public ConnectionDriver? EndWithConnection(EndReason? why = null)
    {
        SessionCarrier? carrier;
        lock (Gate)
        {
            _endsWithConnection = true;
            carrier = _carrier;
        }

        if (carrier is null) Abandon(why ?? EndReason.SessionAbandoned);
        return carrier?.Connection;
    }

    /// <summary>More waits for a session that is away than may: it is lost.</summary>
    public void Lose(string reason) => Lose(reason, place: null);

    /// <summary>It gives way to others that are away, unless it has come back meanwhile.</summary>
    public void LoseAway(SessionsAway.Place place) => Lose(LossReason.BufferFull, place);

    private void Lose(string reason, SessionsAway.Place? place)
    {
        Decided decided;
        lock (Gate)
        {
            if (place is not null && place != _placeAway) return;
            _session.Lose(reason, Now);
            decided = Decide();
        }

        Do(decided);
    }

    public override CloseRecord Known()
    {
        if (_record is not null) return _record;
        if (_carrier is { } carrier)
        {
            lock (carrier.Connection.Gate) return carrier.Connection.Known();
        }

        return _last ?? CloseRecord.NotOpened(_close?.Why ?? EndReason.SessionAbandoned, Now);
    }

    public override void Due()
    {
        Decided decided;
        lock (Gate)
        {
            _called = TimeSpan.MaxValue;
            _session.Tick(Output, Now);
            if (_close?.By <= Now) _waiting.Fail(Known());
            decided = Decide();
        }

        Do(decided);
    }

    /// <summary>What a server closes a connection with whose client came back to a session that is lost.</summary>
    public static CloseFrame LostFrame { get; } = new(CloseCodes.NormalClosure, "session lost");

    private static ProtocolEvent Whole(SessionMessage message) =>
        new() { Kind = ProtocolEventKind.Message, MessageKind = message.Kind, Piece = message.Payload, Last = true, Topic = message.Topic };

    /// <summary>The server's answer to a client. Under the lock.</summary>
    private void Note(SessionCarrier carrier, ResumeControl control)
    {
        switch (control)
        {
            case ResumeControl.Session session:
                Carry(carrier, session.Node, session.Id);
                break;
            case ResumeControl.Resumed resumed:
                Carry(carrier, resumed.Node, Id!, _session.Sent - resumed.Got, resumed.Replay);
                break;
            case ResumeControl.Ended:
                // How this connection ends is how the session does.
                Carry(carrier, "", Id!);
                break;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Carry(SessionCarrier carrier, string node, string id, long toPeer = 0, long? byPeer = 0)
    {
        _carrier = carrier;
        _span = carrier.Connection.Telemetry?.Carries(id, _span) ?? _span;
        _chronicle.Carry(carrier.Connection.Engine.ConnectionId, node, Now, toPeer, byPeer);
    }

    private void Abandon(EndReason why)
    {
        Decided decided;
        lock (Gate)
        {
            _close ??= new Ending(LostFrame, why, TakesBack: true, Now, WhileAway: true);
            _session.Abandon(Now);
            decided = Decide();
        }

        Do(decided);
    }

    /// <summary>A reader that does not read closes the session, as it would close a connection.</summary>
    private void TakeNoMore(Violation violation) => BeginClose(violation.Frame, violation.Why, takeBack: true);

    /// <summary>What follows from where the session is by now. Under the lock.</summary>
    private Decided Decide()
    {
        bool wakes = false;
        SessionCarrier? closes = null;
        // Our close goes behind what was sent before it.
        if (_close is not null && _waiting.IsEmpty && (_session.Close(_close.Frame, Now) & SessionEffects.CloseConnection) != 0) closes = _carrier;
        if (!IsOpen)
        {
            Announce();
            wakes = Receiver.Inbox.End();
        }

        CloseRecord? record = null;
        bool isOver = _session.State is SessionState.Ended && IsAway;
        // Whoever closed it while nobody was there, or met nobody any more, waits no longer than for the answer to a close.
        if (_record is null && (isOver || (IsAway && _close?.By <= Now)))
        {
            _ended = Now;
            var ended = _session.State as SessionState.Ended;
            record = _record = RecordOf(ended);
            _waiting.Fail(record);
            _changes?.Add(new SessionChange(ended?.Loss is null ? SessionChangeKind.Ended : SessionChangeKind.Lost) { Record = record });
        }

        NoteAway();
        isOver &= !_isOver;
        _isOver |= isOver;
        return new Decided(wakes, Owing(), closes, record, isOver, NextCall(), _changes?.IsWaiting == true);
    }

    private void Do(Decided decided)
    {
        decided.Owing?.Connection.Sending.Flush();
        decided.Closes?.Connection.BeginClose(_close!.Frame, _close.Why, _close.TakesBack);
        if (decided.WakesReader) Receiver.Inbox.Wake();
        if (decided.Record is { } record) Complete(record);
        if (decided.IsOver)
        {
            Unschedule();
            Over?.Invoke();
        }
        else
        {
            Ask(decided.Next);
        }

        if (decided.HasChanges) _changes!.Tell();
    }

    /// <summary>How the last connection ended is how the session did, unless it was lost or given up meanwhile.</summary>
    /// <param name="ended">Null: the peer has yet to be told.</param>
    private CloseRecord RecordOf(SessionState.Ended? ended)
    {
        CloseRecord last = _last ?? CloseRecord.NotOpened(_close?.Why ?? EndReason.SessionAbandoned, Now);
        SessionStory story = _chronicle.Tell(Id ?? "", ended?.Loss);
        if (ended?.Loss is { } loss and not LossReason.GivenUp)
            return last with { Why = EndReason.SessionLost(SessionExplanation.LossKey(loss)), Session = story };
        // The server has said how it ended; its close frame was lost.
        if (Role == WebSocketRole.Client && _close is null && ended?.Close is { } told && told.Code != last.Code)
        {
            return last with
            {
                Code = told.Code, Reason = told.Reason, WasClean = false, EndedBy = EndedBy.Remote, Why = EndReason.PeerClosed, Session = story,
            };
        }

        // It ended while no connection carried it: nothing that was decided then reached the peer.
        return _close is { WhileAway: true } close
            ? last with { Why = close.Why, EndedBy = EndedBy.Local, Session = story }
            : last with { Session = story };
    }

    /// <summary>When to be called, where that is earlier than what was asked for before; MaxValue: not. Under the lock.</summary>
    private TimeSpan NextCall()
    {
        TimeSpan next = _session.Deadline;
        if (_close is { } close && (!_waiting.IsEmpty || (IsAway && _record is null)) && close.By < next) next = close.By;
        if (next >= _called) return TimeSpan.MaxValue;
        return _called = next;
    }

    private void Ask(TimeSpan next)
    {
        if (next != TimeSpan.MaxValue) Schedule(next - Now);
    }
}
