using System.Buffers;
using System.Text.Unicode;
using Cierre.Buffers;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.TestKit;
using static Cierre.Fuzz.OutputReader;

namespace Cierre.Fuzz;

/// <summary>Runs one input through one engine and holds it to the rules.</summary>
internal sealed class Conversation
{
    private static readonly ProtocolLimits[] AllLimits =
    [
        new() { MaxMessageSize = 1 << 20 },
        new() { MaxMessageSize = 200, MaxFragments = 4 },
        new() { MaxMessageSize = 1000, AcceptedKind = WebSocketOpcode.Text, IdleTimeout = TimeSpan.FromSeconds(50) },
    ];

    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private byte[] _scratch = new byte[4096];
    private WebSocketProtocol _engine = null!;
    private OutputReader _written;
    private ProtocolLimits _limits = AllLimits[0];
    private PooledBuffer _taken;
    private TimeSpan _now;
    private bool _stuck;
    private bool _streaming;
    private int _doneAt;
    private int _messages;
    private ulong _hash;

    /// <summary>A figure for all that could be seen from outside.</summary>
    public ulong Hash => _hash;

    public static ProtocolLimits LimitsFor(Dice dice) => dice.Of<ProtocolLimits>(AllLimits);

    /// <summary>Only the peer acts; pieces of random size, or the whole at once.</summary>
    public CloseRecord Listen(Side side, ProtocolLimits limits, DeflateTerms? deflate, byte[] input, Dice? split)
    {
        Begin(side, limits, deflate);
        for (int at = 0; at < input.Length;)
        {
            int size = split is null ? input.Length : Math.Min(input.Length - at, split.OneIn(3) ? 1 : 1 + split.Below(40));
            Feed(input.AsSpan(at, size), null);
            at += size;
        }

        return End(Ends.Fin);
    }

    /// <summary>Both sides act: we send, ping, close, let time pass, get stuck, read in parts.</summary>
    public CloseRecord Talk(Side side, ProtocolLimits limits, DeflateTerms? deflate, byte[] input, Dice dice)
    {
        Begin(side, limits, deflate);
        for (int at = 0; at < input.Length && _engine.Record is null;)
        {
            Act(dice);
            int size = Math.Min(input.Length - at, 1 + dice.Below(80));
            Feed(input.AsSpan(at, size), dice);
            at += size;
        }

        if (!_engine.IsOpen && dice.OneIn(2))
        {
            // Every wait has an end.
            Require(_engine.Record is not null || _engine.Deadline <= _now + limits.CloseTimeout, "a wait without an end");
            if (_engine.Record is null) _now = _engine.Deadline;
            _engine.Tick(_output, _now);
            Require(_engine.Record is not null, "the wait ran out and the record is not there");
        }

        return End(dice.OneIn(2) ? Ends.Fin : Ends.Reset);
    }

    public void Compare(Reading expected, CloseRecord record)
    {
        Require(expected.Messages.Count == _messages, $"messages: expected {expected.Messages.Count}, were {_messages}");
        Require(expected.Pings.Count == _written.Pongs, $"pongs: expected {expected.Pings.Count}, were {_written.Pongs}");
        Require(expected.Sent == _written.CloseCode, $"close frame written: expected {expected.Sent}, was {_written.CloseCode}");
        Require(expected.Code == record.Code, $"code: expected {expected.Code}, was {record.Code}");
        Require(expected.Close == record.Received, "close frame received");
    }

    private void Begin(Side side, ProtocolLimits limits, DeflateTerms? deflate)
    {
        _engine = new WebSocketProtocol(side.ToRole(), limits, deflate);
        _output.ResetWrittenCount();
        _written = new OutputReader(side, deflates: deflate is not null);
        _limits = limits;
        _taken.Release();
        _now = TimeSpan.Zero;
        _stuck = false;
        _streaming = false;
        _doneAt = -1;
        _messages = 0;
        _hash = 0;
    }

    private void Feed(ReadOnlySpan<byte> piece, Dice? dice)
    {
        if (_scratch.Length < piece.Length) _scratch = new byte[piece.Length];
        piece.CopyTo(_scratch);
        Memory<byte> input = _scratch.AsMemory(0, piece.Length);
        _engine.BytesCame(_now);
        for (int steps = 0; ; steps++)
        {
            Require(steps <= piece.Length + 8, "the engine does not come to an end");
            ProtocolEvent found = _engine.Read(ref input, _output, _now);
            Check(found, dice);
            Settle();
            if (found.Kind == ProtocolEventKind.NeedMore) break;
            if (dice is not null && dice.OneIn(8)) Act(dice);
        }

        Require(input.IsEmpty, "bytes left behind");
        Require(_engine.HeldBytes <= _limits.MaxMessageSize, "more held than the limit");
    }

    private void Check(in ProtocolEvent found, Dice? dice)
    {
        switch (found.Kind)
        {
            case ProtocolEventKind.Message:
                Require(_engine.IsOpen, "a message after the close");
                Require(found.Payload.Length <= _limits.MaxMessageSize, "a message over the limit");
                Require(_limits.AcceptedKind is not { } only || only == found.MessageKind, "a kind that is not accepted");
                Require(found.MessageKind != WebSocketOpcode.Text || Utf8.IsValid(found.Payload.Span), "text that is not UTF-8");
                _messages++;
                _hash = Mix(_hash + (ulong)found.MessageKind, found.Payload.Span);
                break;
            case ProtocolEventKind.MessagePart:
                Require(_streaming, "a part that nobody asked for");
                if (found.Last) _streaming = _engine.InParts = false;
                break;
            case ProtocolEventKind.Closing:
                Require(!_engine.IsOpen, "closing, and open");
                break;
        }

        if (found.IsAssembled && dice is not null && dice.OneIn(2)) found.MoveTo(ref _taken);
    }

    private void Act(Dice dice)
    {
        _now += TimeSpan.FromMilliseconds(dice.Below(dice.OneIn(5) ? 30_000 : 300));
        switch (dice.Below(14))
        {
            case 0 when _engine.IsOpen:
                _engine.WriteData(_output, WebSocketOpcode.Text, fin: true, "ours"u8, _now);
                break;
            case 1 when _engine.IsOpen:
                _engine.WritePing(_output, _now);
                break;
            case 2 when dice.OneIn(3):
                ushort code = dice.Of<ushort>([1000, 1001, 1005, 3000, 4999]);
                string reason = code == 1005 ? "" : dice.Of<string>(["", "bye", "\uD800", new string('€', 60)]);
                _engine.Close(new CloseFrame(code, reason), dice.Of<EndReason>([EndReason.Requested, EndReason.HostStopping]), takesBack: false, _output, _now);
                break;
            case 3:
                _stuck = !_stuck;
                _engine.HoldPongs = _stuck;
                if (!_stuck) _engine.WriteOwedPong(_output, _now);
                break;
            case 4:
                _engine.InParts = true;
                _streaming = true;
                break;
            case 5:
                _engine.Listening(dice.OneIn(2), _now);
                break;
            case 6:
            case 7:
                _engine.Tick(_output, _now);
                break;
            case 8 when dice.OneIn(10):
                _engine.Break(Violations.JsonNotValid(), _output, _now);
                break;
            case 9 when dice.OneIn(30):
                _engine.EndOfStream(dice.OneIn(2) ? Ends.Reset : EndReason.Aborted, _now);
                break;
        }

        Settle(dice);
    }

    /// <summary>What a driver does after each step.</summary>
    private void Settle(Dice? dice = null)
    {
        if (_engine.OwesClose && (dice is null || !_stuck)) _engine.WriteOwedClose(_output, _now);
        if (!_stuck)
        {
            _engine.OutputLeaving(_now);
            _engine.OutputTaken(_now);
        }

        if (_doneAt >= 0) Require(_output.WrittenCount == _doneAt, "bytes written after the frames were done");
        else if (_engine.OutputIsDone) _doneAt = _output.WrittenCount;
    }

    private CloseRecord End(EndReason why)
    {
        _engine.EndOfStream(why, _now);
        Settle();
        CloseRecord record = _engine.Record ?? throw new TestFailureException("ended without a record");
        Require(_engine.HeldBytes == 0, "bytes held after the end");
        Require(_engine.Deadline == TimeSpan.MaxValue, "a deadline after the end");
        Require(!_engine.OwesClose, "a close frame owed after the end");
        _written.Read(_output.WrittenSpan);

        // docs/closing.md.
        if (record.Received is { } received)
        {
            Require(record.Code == received.Code && record.Reason == received.Reason, "code and reason are not those received");
            Require(received.IsEmpty || CloseCodes.MayBeOnTheWire(received.Code), "a code that may not be on the wire was accepted");
            Require(record.WasClean == (record.Sent is not null), "clean, and not both frames");
        }
        else
        {
            Require(record is { Code: CloseCodes.AbnormalClosure, WasClean: false, Reason: "", ReceivedFirst: false }, "no close frame received, and not 1006");
        }

        Require(record.Sent is null || (_written.CloseFrames == 1 && _written.CloseCode == record.Sent.Code), "sent is not what was written");
        Require(record.EndedBy == EndedBy.Remote == (record.Cause == CloseCause.PeerClosed), "ended by the peer, and not by its close frame");
        ulong last = (ulong)record.Code << 32 | (ulong)record.Cause << 16 | (ulong)record.EndedBy << 8 | (record.WasClean ? 1ul : 0);
        _hash = (((_hash * 31) + last) * 31 + _written.Hash) * 31 + (ulong)record.Traffic.FramesReceived;
        return record;
    }
}
