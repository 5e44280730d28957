using System.IO.Pipelines;
using Cierre.TestKit;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>A peer made of bytes, who says some valid things, then the one thing that ends the connection, and then what must not matter any more.</summary>
internal sealed class RuleBreaker
{
    /// <summary>Up to how many milliseconds an answer takes that is awaited: all of them together less than the close timeout.</summary>
    public const int QuickAnswer = 200;

    private static readonly ViolationVector[] Violations = [.. Vectors.Violations];
    private static readonly CloseVector[] Closes = [.. Vectors.Closes];

    private readonly Random _random;
    private readonly SimulatedNetwork _network;
    private readonly IDuplexPipe _end;
    private readonly Side _us;
    private readonly bool _answers, _reads;
    private readonly List<byte[]> _before = [], _behind = [];
    private readonly byte[] _last = [];
    private readonly Verdict _verdict;

    public RuleBreaker(SimulatedNetwork network, IDuplexPipe end, Side us)
    {
        (_network, _end, _us) = (network, end, us);
        _random = new Random(network.Random.Next());
        _answers = _random.Next(3) != 0;
        _reads = _random.Next(4) != 0;
        Options = new WebSocketConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(2), PingInterval = Timeout.InfiniteTimeSpan };
        int kind = _random.Next(10);
        if (kind < 5)
        {
            ViolationVector vector = Draw(Violations, vector => vector.Side != us);
            _last = vector.Bytes;
            _verdict = vector.Fails ? new Verdict.Fails(vector.Code) : new Verdict.Limit(vector.Code);
            // Without the byte that tells: what it belongs to is not whole.
            Whole = Messages(vector.Bytes.AsSpan(0, vector.KnownAt - 1));
            if (vector.Deflate) Extensions = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
            Options.MaxMessageSize = vector.Limits?.MaxMessageSize ?? Options.MaxMessageSize;
            Options.MaxFragments = vector.Limits?.MaxFragments ?? Options.MaxFragments;
            if (vector.Limits?.AcceptedKind is { } only) Options.AcceptedKind = Enum.Parse<WebSocketMessageKind>(only, ignoreCase: true);
            if (vector.Limits is null) SaySomething();
        }
        else if (kind < 8)
        {
            CloseVector vector = Draw(Closes, _ => true);
            _last = Frames.CloseBody(us, vector.Bytes);
            _verdict = vector.Violation is null ? new Verdict.Closes((ushort)vector.Code, vector.Reason ?? "") : new Verdict.Fails(vector.Code);
            SaySomething();
        }
        else
        {
            SaySomething();
            _verdict = new Verdict.Vanishes(kind == 8 ? CloseCause.EndOfStream : CloseCause.ConnectionReset);
            if (_random.Next(2) == 0) _last = Frames.Text(us, "cut off")[..3];
        }

        if (_verdict is not (Verdict.Vanishes or Verdict.Limit)) SayMore();
    }

    private abstract record Verdict
    {
        public sealed record Fails(int Code) : Verdict;

        public sealed record Limit(int Code) : Verdict;

        public sealed record Closes(ushort Code, string Reason) : Verdict;

        public sealed record Vanishes(CloseCause Cause) : Verdict;
    }

    public WebSocketConnectionOptions Options { get; }

    /// <summary>What was agreed on before.</summary>
    public string Extensions { get; } = "";

    /// <summary>How many messages are whole before the end.</summary>
    public int Whole { get; private set; }

    public async Task PlayAsync()
    {
        Task reading = _reads || _answers ? ReadAsync() : Task.CompletedTask;
        foreach (byte[] frame in _before) await SendAsync(frame);
        await SendAsync(_last);
        foreach (byte[] frame in _behind) await SendAsync(frame);
        switch (_verdict)
        {
            case Verdict.Vanishes { Cause: CloseCause.ConnectionReset }:
                await _end.Output.CompleteAsync(new IOException("reset"));
                break;
            case Verdict.Vanishes:
                await _end.Output.CompleteAsync();
                break;
            default:
                await reading;
                if (_random.Next(3) != 0) await _end.Output.CompleteAsync();
                break;
        }
    }

    /// <summary>What the other side has to say of it.</summary>
    public void Check(MessageParty party)
    {
        CloseRecord record = party.Record;
        switch (_verdict)
        {
            case Verdict.Fails { Code: var code }:
                record.ShouldHave(code: 1006, clean: false, sent: (ushort)code, received: 0, endedBy: EndedBy.Local);
                break;
            case Verdict.Limit { Code: var code } when _answers:
                record.ShouldHave(code: (ushort)code, clean: true, sent: (ushort)code, received: (ushort)code, endedBy: EndedBy.Local);
                break;
            case Verdict.Limit { Code: var code }:
                record.ShouldHave(code: 1006, clean: false, sent: (ushort)code, received: 0, endedBy: EndedBy.Local);
                break;
            case Verdict.Closes { Code: var code, Reason: var reason }:
                record.ShouldHave(code: code, reason: reason, clean: true, sent: code, received: code, endedBy: EndedBy.Remote, cause: CloseCause.PeerClosed);
                break;
            case Verdict.Vanishes { Cause: var cause }:
                record.ShouldHave(code: 1006, clean: false, sent: 0, received: 0, endedBy: EndedBy.Network, cause: cause);
                break;
        }

        CheckAnswers(party);
        if (party.ReadWhole > Whole) throw new Broken(party.Name, $"was handed {party.ReadWhole} messages, though only {Whole} were whole before the end");
        bool mayLose = _verdict is Verdict.Vanishes { Cause: CloseCause.ConnectionReset };
        if (party.Received.Count < Whole && !mayLose) throw new Broken(party.Name, $"was handed {party.Received.Count} of the {Whole} messages before the end");
    }

    /// <summary>docs/closing.md 4: what came before the violation is answered, and the close frame goes out behind the answers. An application that
    /// takes longer than the close timeout is not awaited.</summary>
    private void CheckAnswers(MessageParty party)
    {
        if (_verdict is not Verdict.Fails || !(_reads || _answers) || party.Plan.AnswersWithin is not <= QuickAnswer) return;
        int answers = party.Outgoing.Messages, messages = party.Received.Count;
        if (party.AnswersRefused != 0) throw new Broken(party.Name, $"failed the connection before {party.AnswersRefused} answers to what had come");
        if (answers != messages) throw new Broken(party.Name, $"sent {answers} answers before its close frame, to {messages} messages");
    }

    private void SaySomething()
    {
        for (int i = _random.Next(4); i > 0; i--)
        {
            switch (_random.Next(5))
            {
                case 0:
                    _before.Add(Frames.Ping(_us, "ping"));
                    break;
                case 1:
                    _before.Add(Frames.Text(_us, "one ", fin: false));
                    _before.Add(Frames.Pong(_us, [1, 2, 3]));
                    _before.Add(Frames.Continuation(_us, "two"));
                    Whole++;
                    break;
                default:
                    _before.Add(Frames.Binary(_us, new byte[_random.Next(300)]));
                    Whole++;
                    break;
            }
        }
    }

    private void SayMore()
    {
        for (int i = _random.Next(4); i > 0; i--)
        {
            _behind.Add(_random.Next(4) switch
            {
                0 => Frames.Close(_us, 4444, "a second close frame"),
                1 => Frames.Ping(_us, "late"),
                2 => Frames.Raw(_us, 0x83, [1]),
                _ => Frames.Text(_us, "behind the end"),
            });
        }
    }

    private async Task SendAsync(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        try
        {
            if (_random.Next(3) == 0) await _network.Delay(TimeSpan.FromMilliseconds(_random.Next(30)));
            await _end.Output.WriteAsync(bytes);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The other side has let go.
        }
    }

    /// <summary>Reads to the end; answers a close frame, where it is one that does.</summary>
    private async Task ReadAsync()
    {
        var wire = new Wire(_us == Side.Server, strict: false);
        bool answered = false;
        try
        {
            while (await _end.Input.ReadAsync() is { } result && !(result.IsCompleted && result.Buffer.IsEmpty))
            {
                foreach (ReadOnlyMemory<byte> piece in result.Buffer) wire.Add(piece.Span);
                _end.Input.AdvanceTo(result.Buffer.End);
                if (!_answers || answered || _verdict is not Verdict.Limit || wire.Close is not { } close) continue;
                answered = true;
                await SendAsync(Frames.Close(_us, close.CloseCode));
                if (_us == Side.Server) return;
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Reset, as one that breaks the rules may be.
        }
    }

    private int Messages(ReadOnlySpan<byte> bytes)
    {
        var wire = new Wire(_us == Side.Client, strict: false);
        wire.Add(bytes);
        return wire.Messages;
    }

    private T Draw<T>(T[] from, Func<T, bool> which)
    {
        while (true)
        {
            T drawn = from[_random.Next(from.Length)];
            if (which(drawn)) return drawn;
        }
    }
}
