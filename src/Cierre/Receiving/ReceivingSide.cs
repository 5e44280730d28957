using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Sending;
using Cierre.Transports;

namespace Cierre.Receiving;

/// <summary>What comes in: the batches of the transport, the engine's reading, and when nothing is read. Who takes what comes is with
/// <see cref="MessageReceiver"/>.</summary>
/// <remarks>
/// A message is handed to the waiting reader on the transport's own thread, and what the reader sends before it waits again is staged;
/// it leaves in one flush when the batch of input is used up.
/// </remarks>
internal sealed class ReceivingSide : ITransportReceiver
{
    // Rule of closing: how much a peer may still send before we let go of a transport whose frames are done.
    private const long MostDiscarded = 8 * 1024 * 1024;

    private readonly ConnectionDriver _driver;
    private readonly WebSocketProtocol _engine;
    private readonly Transport _transport;
    private readonly Lock _gate;
    private readonly MessageReceiver _receiver;

    private SilenceCheck _silence;
    private OrderlyDrain? _drain;
    private TimeSpan? _lastRoundTrip;
    private long _discarded;
    private TimeSpan _batchNow;
    private int _batchThread;
    private bool _moreFollows;
    private bool _waitsForTurn;

    public ReceivingSide(ConnectionDriver driver) =>
        (_driver, _engine, _transport, _gate, _receiver) = (driver, driver.Engine, driver.Transport, driver.Gate, driver.Receiver);

    private Inbox Inbox => _receiver.Inbox;

    /// <summary>Checks what comes; set before the start.</summary>
    public MessageGuard? Guard { get; set; }

    public TimeSpan? LastRoundTrip
    {
        get
        {
            // Two words, written one after the other.
            lock (_gate) return _lastRoundTrip;
        }
    }

    /// <summary>Bytes that came and nobody took. Under the lock.</summary>
    public long Waiting => Inbox.UnreadBytes + _engine.HeldBytes;

    /// <summary>A message is with the application, or waits for it. Under the lock.</summary>
    public bool IsBusy => Inbox.IsBusy;

    /// <summary>Nothing that came is unread or in use. Under the lock.</summary>
    public bool IsIdle => Inbox.IsIdle;

    /// <summary>Some thread brings bytes at this moment, or runs what they woke.</summary>
    public bool IsInBatch => _batchThread != 0;

    /// <summary>Whether this is the thread that brings the bytes, in the middle of it.</summary>
    public bool InBatch => _batchThread == Environment.CurrentManagedThreadId;

    /// <summary>This is that thread, and more of the batch follows: what is sent now leaves with what will be.</summary>
    public bool BatchGoesOn => InBatch && _moreFollows;

    /// <summary>When the batch began: near enough for what only keeps count of idleness.</summary>
    public TimeSpan BatchNow => _batchThread == 0 ? _driver.Now : _batchNow;

    // ---- the transport's side ----

    public int Receive(Memory<byte> bytes, bool last)
    {
        int offered = bytes.Length;
        TimeSpan now = _driver.Now;
        _batchNow = now;
        _batchThread = Environment.CurrentManagedThreadId;
        bool came = true, isFull = false;
        while (true)
        {
            Afterwards after;
            bool isMessage;
            TimeSpan? roundTrip;
            scoped ProtocolEvent found;
            Inbox inbox;
            lock (_gate)
            {
                if (came) _engine.BytesCame(now);
                came = false;
                if (_waitsForTurn) BeginTurn(now);
                isFull = !_engine.IsViolated && _engine.Delivers && Inbox.IsFull(_engine.HeldBytes);
                if (isFull || _engine.IsViolated || (_engine.Delivers && _drain is { BytesLeft: <= 0 } && !Inbox.AwaitsRest))
                {
                    _driver.Move(TransportInput.Full.Instance);
                    break;
                }

                if (_engine.TurnIsOver && !bytes.IsEmpty && !_engine.InputIsDone)
                {
                    // What is left is offered again when the others have had the thread.
                    _waitsForTurn = true;
                    _engine.Listening(false, now);
                    break;
                }

                _engine.InParts = Inbox.WantsParts;
                _engine.HoldPongs = _transport.Backlog >= SendingSide.HighWater;
                _engine.IsAnswering = Inbox.IsBusy || !_driver.Sending.IsIdle;
                found = _engine.Read(ref bytes, _transport, now);
                if (found.Kind == ProtocolEventKind.NeedMore) break;
                if (found.Kind == ProtocolEventKind.TurnOver) continue;
                _moreFollows = !last || !bytes.IsEmpty;
                after = Handle(found, now);
                roundTrip = found.Kind == ProtocolEventKind.Pong ? found.RoundTrip : null;
                isMessage = found.Kind is ProtocolEventKind.Message or ProtocolEventKind.MessagePart && _engine.Delivers;
                inbox = Inbox;
            }

            if (isMessage) inbox.HandOut(found);

            // A reader that the close wakes has all the time it wants; the answer to the close frame has not.
            _driver.Do(after, inline: isMessage);
            if (roundTrip is { } measured) _driver.Telemetry?.Pinged(measured);
            // A whole message was the last of the input, and nothing of it is left with the engine or here: there is nothing to ask for.
            if (bytes.IsEmpty && found is { Kind: ProtocolEventKind.Message, IsAssembled: false } && (after.WakesReader || inbox.HandsOut)) break;
        }

        if (isFull)
        {
            // What lies under another lock than ours may have been taken before its reader could see that we pause.
            Interlocked.MemoryBarrier();
            AfterReceive();
        }

        if (_engine.InputIsDone) Discard(offered);
        if (_drain is { } drain) drain.BytesLeft -= offered - bytes.Length;
        return offered - bytes.Length;
    }

    public void BatchEnd()
    {
        _moreFollows = false;
        if (Inbox.WaitsForBatch) EndBatch();
        _batchThread = 0;
        _driver.Sending.Flusher.Flush(_batchNow);
        if (_waitsForTurn) _transport.ResumeLater();
        _drain?.GoOn();
    }

    private void EndBatch()
    {
        bool wake;
        lock (_gate) wake = Inbox.EndBatch();
        if (wake) Inbox.Wake(inline: true);
    }

    /// <summary>The peer's close frame came, and the answer is not out; or its violation came, and what came before is still being answered.
    /// Only then: a peer that we failed may not read before we have read what it still sends.</summary>
    public bool IsHolding
    {
        get
        {
            if (_engine.IsOpen && !_engine.IsViolated) return false;
            lock (_gate) return _engine.IsViolated || (_engine.OwesAnswer && _driver.ReachesPeer);
        }
    }

    public void Probed(bool any)
    {
        bool decides;
        lock (_gate) decides = _silence.Probed(_driver.Now) && _transport.ProbesAreExact;
        // The deadline has passed: the probe decides. Else the next tick does.
        if (decides) _driver.Due();
        _drain?.Probed(any);
    }

    public void Ended(TransportEnd end) => _driver.Ended(end);

    /// <summary>Closes once what the transport already holds was taken in, handed out and answered; an idle connection at once.</summary>
    public void BeginDrain(CloseFrame frame, EndReason why)
    {
        OrderlyDrain drain;
        lock (_gate) drain = _drain ??= new OrderlyDrain(_driver, frame, why);
        drain.GoOn();
    }

    // ---- the core's side ----

    /// <summary>Nothing more comes; true: wake the reader. Under the lock.</summary>
    public bool End() => Inbox.End();

    public void Wake(bool inline) => Inbox.Wake(inline);

    /// <summary>The drain has come to its end, or the connection has. Under the lock.</summary>
    public void StopDraining() => _drain = null;

    /// <summary>Before the end begins: what nobody reads has kept us from reading on, so what the peer sent behind it, perhaps its close frame, is not known.
    /// Under the lock.</summary>
    public void NoteUnread()
    {
        if (!_engine.Delivers || _engine.IsViolated) return;
        _engine.UnreadBytes = _driver.IsPaused && Inbox.IsFull(_engine.HeldBytes) ? Waiting : 0;
    }

    /// <summary>A violation whose answer nothing holds up. Under the lock.</summary>
    public Afterwards AnswerIfIdle() => Inbox.IsBusy ? default : _driver.Apply(_engine.Answered(_transport, _driver.Now));

    /// <summary>What is due for a peer that is silent or late. Under the lock.</summary>
    /// <param name="probe">Whether <see cref="Ticked"/> is to probe for what may have come.</param>
    public Afterwards Tick(TimeSpan now, out bool probe)
    {
        // A backlog that we have not read, or a handler that keeps the transport's thread, is not the peer's silence.
        bool listening = !_driver.IsPaused && !_waitsForTurn && !IsInBatch;
        _engine.Listening(listening, now);
        if (listening && (_transport.Unread != 0 || _silence.HasArrived(_transport))) _engine.BytesCame(now);
        NoteUnread();
        Afterwards after = _silence.IsCertain(_engine, _transport, now, out probe) ? _driver.Apply(_engine.Tick(_transport, now)) : default;
        _silence.NoteArrived(_transport);
        return after;
    }

    public void Ticked(bool probe)
    {
        if (probe) SilenceCheck.Probe(_transport);
        _drain?.GoOn();
    }

    /// <summary>What the engine has found. Under the lock.</summary>
    public Afterwards Handle(in ProtocolEvent found, TimeSpan now)
    {
        switch (found.Kind)
        {
            case ProtocolEventKind.Message or ProtocolEventKind.MessagePart when Guard?.Check(found.Payload.Length, found.Last, now) is { } violation:
                return _driver.Apply(_engine.Break(violation, _transport, now));
            case ProtocolEventKind.Message:
                return new Afterwards(TransportEffects.None, Inbox.Deliver(found));
            case ProtocolEventKind.MessagePart:
                return new Afterwards(TransportEffects.None, Inbox.DeliverPart(found));
            case ProtocolEventKind.Pong:
                _lastRoundTrip = found.RoundTrip;
                _driver.Sending.Answered(found.PingNumber, now);
                return default;
            default:
                return _driver.Apply(found.Effects);
        }
    }

    private void BeginTurn(TimeSpan now)
    {
        _waitsForTurn = false;
        _engine.BeginTurn();
        if (!_driver.IsPaused) _engine.Listening(true, now);
    }

    private void Discard(int count)
    {
        _discarded += count;
        if (_discarded <= MostDiscarded) return;
        Afterwards after;
        lock (_gate) after = _driver.Move(TransportInput.Flooded.Instance);
        _driver.Do(after);
    }

    /// <summary>There may be room again, or a failure or a drain may have waited for the handler to come back.</summary>
    public void AfterReceive()
    {
        // A violation that was found this very moment has not paused the reading yet, and its reader may wait again by then.
        if (_driver.IsPaused || _engine.IsViolated)
        {
            Afterwards after = default;
            lock (_gate)
            {
                if (_engine.IsViolated) after = AnswerIfIdle();
                else if (_driver.IsPaused && !Inbox.IsFull(_engine.HeldBytes)) after = _driver.Move(TransportInput.Room.Instance);
            }

            if (!after.IsNothing) _driver.FlushAndDo(after);
        }

        if (_drain is { } drain && !InBatch) drain.GoOn();
    }
}
