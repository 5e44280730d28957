using System.Buffers;
using System.Text;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Sending;

namespace Cierre.TestKit;

/// <summary>A message as it was delivered.</summary>
internal sealed record DeliveredMessage(WebSocketOpcode Kind, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);
}

/// <summary>A piece of a message that was read as a stream.</summary>
internal sealed record DeliveredPart(byte[] Payload, bool Last);

/// <summary>One engine with what it was given, what it found and what it wrote; it does for the engine what a driver does.</summary>
internal sealed class EngineSide(Side side, ProtocolLimits? limits = null, FakeClock? clock = null, DeflateTerms? deflate = null)
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private int _onTheWire;

    public Side Side => side;

    public FakeClock Clock { get; } = clock ?? new FakeClock();

    public WebSocketProtocol Engine { get; } = new(side.ToRole(), limits ?? ProtocolLimits.Default, deflate);

    public List<DeliveredMessage> Messages { get; } = [];

    public List<DeliveredPart> Parts { get; } = [];

    public List<(ulong Number, TimeSpan RoundTrip)> Pongs { get; } = [];

    /// <summary>How often the engine said that no further message comes.</summary>
    public int Closings { get; private set; }

    /// <summary>All that happened, in order, in a form that two runs can be compared by.</summary>
    public List<string> Events { get; } = [];

    /// <summary>The transport takes nothing: what is written stays with us.</summary>
    public bool OutputStuck { get; set; }

    /// <summary>Messages wait to be written: a close frame waits behind them until <see cref="WriteQueued"/>.</summary>
    public bool MessagesQueued { get; set; }

    public CloseState State => Engine.State;

    public byte[] Output => _output.WrittenSpan.ToArray();

    /// <summary>Every frame written so far, read by a strict reader.</summary>
    public List<WireFrame> Written => WireFrame.ParseAll(_output.WrittenSpan, side, deflates: deflate is not null);

    public CloseRecord Record => Engine.Record ?? throw new TestFailureException($"not ended: {Engine.State.GetType().Name}");

    /// <summary>What went to the wire since the last call.</summary>
    public byte[] TakeOutput()
    {
        if (OutputStuck) return [];
        byte[] taken = _output.WrittenSpan[_onTheWire..].ToArray();
        _onTheWire += taken.Length;
        return taken;
    }

    public void Receive(byte[] bytes, Split? split = null)
    {
        foreach (byte[] piece in (split ?? Split.Whole).Cut(bytes)) ReceivePiece(piece);
    }

    public void Receive(params byte[][] frames) => Receive(Frames.Join(frames));

    public void SendText(string text) => SendFrame(WebSocketOpcode.Text, fin: true, text);

    public void SendFrame(WebSocketOpcode opcode, bool fin, string text) => SendFrame(opcode, fin, Encoding.UTF8.GetBytes(text));

    public void SendFrame(WebSocketOpcode opcode, bool fin, byte[] payload, bool compressible = true)
    {
        Engine.WriteData(_output, opcode, fin, payload, Clock.Now, compressible);
        Flush();
    }

    public ulong Ping()
    {
        ulong number = Engine.WritePing(_output, Clock.Now);
        Flush();
        return number;
    }

    public void Close(int code = CloseCodes.NormalClosure, string reason = "", EndReason? why = null) => Close(new CloseFrame((ushort)code, reason), why);

    public void Close(CloseFrame frame, EndReason? why = null)
    {
        Engine.Close(frame, why ?? EndReason.Requested, takesBack: false, _output, Clock.Now);
        Flush();
    }

    /// <summary>The messages that waited are written, and what waits behind them.</summary>
    public void WriteQueued(params string[] messages)
    {
        MessagesQueued = false;
        foreach (string message in messages) Engine.WriteData(_output, WebSocketOpcode.Text, fin: true, Encoding.UTF8.GetBytes(message), Clock.Now);
        Flush();
    }

    /// <summary>The transport takes again what is written.</summary>
    public void Unstick()
    {
        OutputStuck = false;
        Engine.HoldPongs = false;
        Engine.WriteOwedPong(_output, Clock.Now);
        Flush();
    }

    public void Break(Violation violation)
    {
        Engine.Break(violation, _output, Clock.Now);
        Flush();
    }

    public void Tick()
    {
        Engine.Tick(_output, Clock.Now);
        Flush();
    }

    /// <summary>Moves the clock and does what is due, at each moment when it is due.</summary>
    public void Pass(TimeSpan time)
    {
        TimeSpan end = Clock.Now + time;
        while (Engine.Deadline <= end && Engine.Record is null)
        {
            if (Engine.Deadline > Clock.Now) Clock.AdvanceTo(Engine.Deadline);
            Tick();
        }

        Clock.AdvanceTo(end);
    }

    public void EndOfStream(EndReason? why = null) => Engine.EndOfStream(why ?? Ends.Fin, Clock.Now);

    /// <summary>The connection was failed for this: our close frame is out, whatever comes changes nothing, and the record says so. RFC 6455 7.1.7.</summary>
    public void ShouldFail(Violation violation)
    {
        TestFailureException.Unless(State is CloseState.Failed, $"not failed: {State.GetType().Name}");
        WireFrame[] closes = Written.Where(f => f.IsClose).ToArray();
        TestFailureException.UnlessEqual(1, closes.Length, "close frames written");
        TestFailureException.UnlessEqual(violation.Frame, closes[0].Close, "close frame written");
        int written = _output.WrittenCount;
        Receive(Frames.Ping(side.Other()), Frames.Close(side.Other(), 1000, "late"));
        TestFailureException.UnlessEqual(written, _output.WrittenCount, "bytes written after the connection was failed");
        EndOfStream();
        TestFailureException.UnlessEqual(CloseCodes.AbnormalClosure, Record.Code, "code");
        TestFailureException.UnlessEqual("", Record.Reason, "reason");
        TestFailureException.UnlessEqual(false, Record.WasClean, "clean");
        TestFailureException.UnlessEqual(null, Record.Received, "received");
        TestFailureException.UnlessEqual(violation.Frame, Record.Sent, "sent");
        TestFailureException.UnlessEqual(EndedBy.Local, Record.EndedBy, "ended by");
        TestFailureException.UnlessEqual(violation.Cause, Record.Cause, "cause");
        TestFailureException.UnlessEqual(violation.Reason.English, Record.Detail, "detail");
    }

    /// <summary>An ordinary close was begun for this, and an answer to it counts. docs/closing.md.</summary>
    public void ShouldCloseFor(Violation violation)
    {
        TestFailureException.Unless(State is CloseState.Sent, $"not closing: {State.GetType().Name}");
        TestFailureException.UnlessEqual(violation.Frame, Written[^1].Close, "close frame written");
        Receive(Frames.Close(side.Other(), violation.Code));
        EndOfStream();
        TestFailureException.UnlessEqual(violation.Code, Record.Code, "code");
        TestFailureException.UnlessEqual(true, Record.WasClean, "clean");
        TestFailureException.UnlessEqual(violation.Cause, Record.Cause, "cause");
        TestFailureException.UnlessEqual(EndedBy.Local, Record.EndedBy, "ended by");
    }

    public void ShouldBeOpen() => TestFailureException.Unless(Engine.IsOpen && !Written.Exists(f => f.IsClose), $"not open: {State.GetType().Name}");

    /// <summary>The end, in the words of the record.</summary>
    public void ShouldEndAsync(int code, bool clean, CloseCause cause, EndedBy by)
    {
        TestFailureException.UnlessEqual(code, Record.Code, "code");
        TestFailureException.UnlessEqual(clean, Record.WasClean, "clean");
        TestFailureException.UnlessEqual(cause, Record.Cause, "cause");
        TestFailureException.UnlessEqual(by, Record.EndedBy, "ended by");
    }

    private void ReceivePiece(byte[] piece)
    {
        Engine.BytesCame(Clock.Now);
        Memory<byte> input = piece.ToArray();
        while (true)
        {
            ProtocolEvent found = Engine.Read(ref input, _output, Clock.Now);
            Take(found);
            Flush();
            if (found.Kind == ProtocolEventKind.NeedMore) break;
        }

        TestFailureException.Unless(input.IsEmpty, "the engine asks for more and left bytes behind");
    }

    private void Take(in ProtocolEvent found)
    {
        switch (found.Kind)
        {
            case ProtocolEventKind.Message:
                Messages.Add(new DeliveredMessage(found.MessageKind, found.Payload.ToArray()));
                Events.Add($"{found.MessageKind} {Convert.ToHexString(found.Payload.Span)}");
                break;
            case ProtocolEventKind.MessagePart:
                Parts.Add(new DeliveredPart(found.Payload.ToArray(), found.Last));
                if (found.Last) Engine.InParts = false;
                break;
            case ProtocolEventKind.Pong:
                Pongs.Add((found.PingNumber, found.RoundTrip));
                Events.Add($"pong {found.PingNumber}");
                break;
            case ProtocolEventKind.Closing:
                Closings++;
                Events.Add("closing");
                break;
        }
    }

    private void Flush()
    {
        if (!MessagesQueued && Engine.OwesClose) Engine.WriteOwedClose(_output, Clock.Now);
        if (OutputStuck) return;
        Engine.OutputLeaving(Clock.Now);
        Engine.OutputTaken(Clock.Now);
    }
}
