using System.Text;
using Cierre.Closing;
using Cierre.Resuming;

namespace Cierre.Tests.Resuming;

/// <summary>A client, a server and the connections between them, which are cut, noticed by one side alone, and come back: one life of a session, from a seed.</summary>
/// <remarks>What holds: each direction is exactly 1 to n in order; or the session is lost or ended, and the client was told so.</remarks>
internal sealed class SessionSimulation
{
    private readonly Random _random;
    private readonly ResumeLimits _limits;
    private readonly ResumeSession _client = ResumeSession.OfClient();
    private readonly Side _atClient = new(), _atServer = new();
    private readonly List<string> _story = [];
    private ResumeSession? _server;
    private ResumeLine? _clientsLine;
    private ResumeLine? _serversLine;
    private ResumeLine? _asking;
    private TimeSpan _now;
    private int _tokens;
    private CloseFrame? _ended;
    private string? _told;

    public SessionSimulation(int seed)
    {
        _random = new Random(seed);
        _limits = new ResumeLimits(_random.Next(1, 40), _random.Next(8, 400));
    }

    /// <summary>What each application of one side sent, got and has in hand.</summary>
    private sealed class Side
    {
        public int Sent { get; set; }

        public int Got { get; set; }

        /// <summary>At most.</summary>
        public int Taken { get; set; }

        public Queue<int> Untaken { get; } = [];

        /// <summary>It has forgotten all.</summary>
        public void Forget()
        {
            (Sent, Got) = (0, 0);
            Untaken.Clear();
        }
    }

    public IReadOnlyList<string> Story => _story;

    /// <summary>How it ended for the client, and how often it came back.</summary>
    public string Ending => _client.State switch
    {
        SessionState.Ended { Loss: { } loss } => loss,
        SessionState.Ended { Close: { } close } => $"{close.Code}",
        _ => _story.Count(line => line.Contains(nameof(SessionEffects.WriteResumed), StringComparison.Ordinal)) switch { 0 => "never resumed", < 5 => "resumed", _ => "resumed often" },
    };

    /// <summary>Plays, and returns what was broken; null: nothing.</summary>
    public string? Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            if (Step(_random.Next(100)) is { } broken) return broken;
        }

        return Settle();
    }

    private bool IsOver => _client.State is SessionState.Ended;

    private string? Step(int choice)
    {
        switch (choice)
        {
            case < 18: return Send(_client, _atClient, _clientsLine?.Client);
            case < 36: return _server is null ? null : Send(_server, _atServer, _serversLine?.Server);
            case < 58: return ToServer();
            case < 80: return ToClient();
            case < 85: return Take(_client, _atClient, _clientsLine?.Client);
            case < 90: return _server is null ? null : Take(_server, _atServer, _serversLine?.Server);
            case < 93: return Cut();
            case < 94: return Notice();
            case < 97: return Connect();
            case < 99: return Pass(TimeSpan.FromMilliseconds(_random.Next(300)));
            default: return _random.Next(40) switch
            {
                0 => End(_server, new CloseFrame(4001, "ended")),
                1 => Pass(TimeSpan.FromSeconds(_random.Next(90))),
                2 => Forget(),
                _ => null,
            };
        }
    }

    /// <summary>Lets everything arrive that can.</summary>
    private string? Settle()
    {
        for (int i = 0; i < 20_000 && !IsOver; i++)
        {
            if (_clientsLine is null && Connect() is { } broken) return broken;
            if ((ToServer() ?? ToClient() ?? Take(_client, _atClient, _clientsLine?.Client)) is { } wrong) return wrong;
            if (_server is not null && Take(_server, _atServer, _serversLine?.Server) is { } other) return other;
            if (_clientsLine is { ToServer.Count: 0, ToClient.Count: 0 } && _asking is null && Pass(TimeSpan.FromMilliseconds(250)) is { } late) return late;
            if (_clientsLine is not null && ReferenceEquals(_clientsLine, _serversLine) && _client.Unacknowledged == 0 && _server!.Unacknowledged == 0
                && _atClient.Untaken.Count == 0 && _atServer.Untaken.Count == 0) break;
        }

        if (IsOver)
        {
            var end = (SessionState.Ended)_client.State;
            return end.Close is null && end.Loss is null && _told is null ? "the client's session ended and nobody said why" : null;
        }

        if (_atServer.Got != _atClient.Sent) return $"the server got {_atServer.Got} of {_atClient.Sent}";
        if (_atClient.Got != _atServer.Sent) return $"the client got {_atClient.Got} of {_atServer.Sent}";
        return _client.Unacknowledged != 0 || _server?.Unacknowledged is not (0 or null) ? "something stays unacknowledged" : null;
    }

    private string? Send(ResumeSession session, Side side, IResumeOutput? output)
    {
        byte[] payload = Encoding.ASCII.GetBytes($"{side.Sent + 1}".PadRight(_random.Next(1, 30)));
        if (!session.HasRoom(payload.Length)) return null;
        side.Sent++;
        session.Send(_random.Next(2) == 0 ? WebSocketOpcode.Text : WebSocketOpcode.Binary, payload, output ?? ResumeLine.Nowhere);
        return null;
    }

    private string? Take(ResumeSession session, Side side, IResumeOutput? output)
    {
        if (!side.Untaken.TryDequeue(out _)) return null;
        side.Taken++;
        session.TakeAllBut(side.Untaken.Count, side.Untaken.Sum(bytes => (long)bytes), output ?? ResumeLine.Nowhere, _now);
        return null;
    }

    private string? ToServer()
    {
        if (_asking is { } asking)
        {
            _asking = null;
            return Greet(asking);
        }

        if (_serversLine is not { } line || !line.ToServer.TryDequeue(out var next)) return null;
        return Came(_server!, _atServer, _atClient, _server!.Receive(next.Kind, next.Message, line.Server, _now));
    }

    private string? ToClient()
    {
        if (_clientsLine is not { } line) return null;
        if (!line.ToClient.TryDequeue(out var next)) return line.CloseBehind is { } close ? Close(line, close) : null;
        SessionEvent found = _client.Receive(next.Kind, next.Message, line.Client, _now);
        if (found.Control is ResumeControl.Lost lost) _told = lost.Reason;
        return Came(_client, _atClient, _atServer, found);
    }

    /// <summary>The close of the server's application arrives, behind all that was sent before it.</summary>
    private string? Close(ResumeLine line, CloseFrame close)
    {
        if (_atClient.Got != _atServer.Sent) return $"the client is closed, and got {_atClient.Got} of {_atServer.Sent}";
        _told = "closed";
        _clientsLine = null;
        if (ReferenceEquals(_asking, line)) _asking = null;
        _client.Gone(ResumeLine.Record(close.Code, wasClean: true, EndedBy.Remote, received: close), mayResume: false, _now);
        if (!ReferenceEquals(_serversLine, line)) return null;
        _serversLine = null;
        _server!.Gone(ResumeLine.Record(close.Code, wasClean: true, EndedBy.Local, sent: close), mayResume: false, _now);
        return null;
    }

    private static string? Came(ResumeSession session, Side side, Side other, SessionEvent found)
    {
        if (found.Kind == SessionEventKind.Acknowledged && side.Sent - session.Unacknowledged > other.Taken) return $"{side.Sent - session.Unacknowledged} are acknowledged, and {other.Taken} taken";
        if (found.Kind == SessionEventKind.Broken) return $"broken: {found.Violation!.Reason}";
        if (found.Kind != SessionEventKind.Message) return null;
        int number = int.Parse(Encoding.ASCII.GetString(found.Payload.Span).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        if (number != side.Got + 1) return $"message {number} came behind {side.Got}";
        side.Got = number;
        side.Untaken.Enqueue(found.Payload.Length);
        return session.State is SessionState.Attached or SessionState.Leaving ? null : $"a message came to a session that is {session.State}";
    }

    /// <summary>The first message of a connection.</summary>
    private string? Greet(ResumeLine line)
    {
        if (!line.ToServer.TryDequeue(out var first)) return null;
        if (ResumeGreeting.Read(first.Kind, first.Message, out ResumeControl? control) is { } violation) return $"greeting: {violation.Reason}";
        _story.Add($"{control!.GetType().Name}");
        if (control is ResumeControl.Hello)
        {
            // The session of a connection that was lost before its answer came is nobody's.
            _server = ResumeSession.OfServer(_limits, TimeSpan.FromSeconds(60));
            _atServer.Forget();
            _atServer.Taken = 0;
            _ended = null;
            _serversLine = line;
            _server.Begin(new ResumeControl.Session("s", "a", $"{++_tokens}", TimeSpan.FromSeconds(60), "node", _limits), line.Server);
            return null;
        }

        if (_server is null) return "a client resumes what never began";
        bool hasHolder = _serversLine is not null;
        SessionEffects effects = _server.Resume((ResumeControl.Resume)control, "a", $"{++_tokens}", line.Server, _now);
        _story.Add($"{effects}");
        if (hasHolder != ((effects & SessionEffects.CloseOlder) != 0)) return "two connections have the session, or the only one is closed";
        if (_ended is not null && (effects & (SessionEffects.WriteEnded | SessionEffects.CloseConnection)) == 0) return "the session was ended, and its client is not told how";
        if ((effects & SessionEffects.CloseConnection) != 0) line.CloseBehind = _ended;
        if ((effects & SessionEffects.WriteResumed) != 0) _serversLine = line;
        else _serversLine = null;
        return null;
    }

    /// <summary>The connection dies: what is under way is lost, and one side or both notice.</summary>
    private string? Cut()
    {
        if (_clientsLine is not { } line) return null;
        int who = _random.Next(3);
        _story.Add($"cut {who}");
        line.ToServer.Clear();
        line.ToClient.Clear();
        if (ReferenceEquals(_asking, line)) _asking = null;
        _clientsLine = null;
        _client.Gone(ResumeLine.Record(), mayResume: true, _now);
        if (who > 0 && ReferenceEquals(_serversLine, line)) ServerLoses();
        return null;
    }

    /// <summary>The server learns that a connection is lost that the client has given up.</summary>
    private string? Notice()
    {
        if (_serversLine is { } line && !ReferenceEquals(line, _clientsLine)) ServerLoses();
        return null;
    }

    private void ServerLoses()
    {
        _serversLine = null;
        _server!.Gone(ResumeLine.Record(), mayResume: true, _now);
    }

    private string? Connect()
    {
        if (_clientsLine is not null || IsOver) return null;
        _clientsLine = _asking = new ResumeLine();
        _client.Connected(null, _clientsLine.Client, _now);
        return null;
    }

    /// <summary>The server goes on from an older state than it had, of which its application knows no more either.</summary>
    private string? Forget()
    {
        if (_server is null || _clientsLine is not null || _serversLine is not null || _ended is not null || _server.State is SessionState.Ended) return null;
        _story.Add("forgotten");
        _server = ResumeSession.OfServer(_limits, TimeSpan.FromSeconds(60));
        _server.Gone(ResumeLine.Record(), mayResume: true, _now);
        _atServer.Forget();
        return null;
    }

    private string? End(ResumeSession? session, CloseFrame frame)
    {
        if (session is null || session.State is SessionState.Ended) return null;
        _ended = frame;
        _story.Add("ended");
        session.Close(frame, _now);
        // Nothing follows a close frame, and this one is lost: the client learns of it when it comes back.
        if (_serversLine is { } line)
        {
            if (ReferenceEquals(line, _clientsLine)) Cut();
            if (_serversLine is not null) ServerLoses();
        }

        return null;
    }

    private string? Pass(TimeSpan time)
    {
        _now += time;
        _client.Tick(_clientsLine?.Client ?? ResumeLine.Nowhere, _now);
        _server?.Tick(_serversLine?.Server ?? ResumeLine.Nowhere, _now);
        return null;
    }

    /// <summary>What the client was told at the end, where its application was.</summary>
    public string? EndIsWrong() =>
        _client.State is SessionState.Ended { Close: { } close } && close != _ended ? $"the client was told {close}, and the session ended with {_ended}" : null;
}
