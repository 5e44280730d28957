using System.Net.WebSockets;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>An application of System.Net.WebSockets: it reads in pieces, and answers the peer's close itself: at once or late, with a code of its own, after it has
/// sent more, by disposing of the object, or never.</summary>
internal sealed class PieceParty : Party
{
    private readonly SimulatedNetwork _network;
    private readonly WebSocketConnection _connection;
    private readonly WebSocket _socket;
    private readonly Random _random;
    private readonly bool _isPatient;
    private readonly List<Message> _received = [];
    private readonly List<(Message Message, bool IsTaken)> _sent = [];
    private int _acceptedBeforeEnd, _wholeWhenAnswering;
    private CloseFrame? _answer;
    private bool _isOver;

    /// <param name="isPatient">Nobody is late, and everything has to arrive.</param>
    public PieceParty(string name, SimulatedNetwork network, WebSocketConnection connection, Plan plan, Wire outgoing, Wire incoming, bool isPatient)
        : base(name, plan, outgoing, incoming)
    {
        (_network, _connection, _isPatient) = (network, connection, isPatient);
        _random = new Random(network.Random.Next());
        _socket = connection.AsWebSocket();
    }

    public override IReadOnlyList<Message> Received => _received;

    public override int AcceptedBeforeEnd => _acceptedBeforeEnd;

    public override int RefusedBeforeEnd => 0;

    /// <summary>Whoever closes for good, or is gone, reads no more.</summary>
    public override bool ReadsToTheEnd => EndedAt is null || Plan.End == EndKind.Close;

    public override async Task PlayAsync()
    {
        Task reading = ReadAsync(), watching = WatchAsync();
        await SendAllAsync();
        if (Plan.End != EndKind.None) await EndAsync();
        await reading;
        _socket.Dispose();
        await watching;
        if (_socket.State is not (WebSocketState.Closed or WebSocketState.Aborted)) throw new Broken(Name, $"is {_socket.State} behind its record");
        if (_answer is not null && Record is { EndedBy: EndedBy.Remote, Sent: { } sent } && sent != _answer) throw new Broken(Name, $"answered {_answer}, and its record says {sent}");
        if (Record.Received is { } came && Record.EndedBy == EndedBy.Remote && _answer is not null && Outgoing.Messages < _wholeWhenAnswering)
            throw new Broken(Name, $"sent {_wholeWhenAnswering} messages before it answered {came}, and {Outgoing.Messages} were written");
        // Behind our own close too, what the peer sent before its close frame is delivered.
        if (_isPatient && ReadsToTheEnd && Record.WasClean && _received.Count != Incoming.Messages) throw new Broken(Name, $"was handed {_received.Count} of {Incoming.Messages} messages");
    }

    public override Message NextFor(int index) => _sent[index].Message;

    private async Task WatchAsync()
    {
        Record = await _connection.Closed;
        RecordAt = _network.Elapsed;
    }

    private async Task SendAllAsync()
    {
        for (int step = 0; step < Plan.StepsEach && !_isOver; step++)
        {
            if (_random.Next(5) == 0) await _network.Delay(TimeSpan.FromMilliseconds(_random.Next(60)));
            if (!await SendAsync()) return;
        }

        _acceptedBeforeEnd = EndedAt is null ? _sent.Count(sent => sent.IsTaken) : _acceptedBeforeEnd;
    }

    private async Task<bool> SendAsync()
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return false;
        var message = new Message((WebSocketMessageKind)_random.Next(1, 3), _sent.Count, _random.Next(Math.Min(Plan.Largest, 3000) + 1));
        int number = _sent.Count;
        _sent.Add((message, false));
        byte[] bytes = message.ToBytes();
        WebSocketMessageType type = message.Kind == WebSocketMessageKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        try
        {
            int at = 0;
            for (bool ends = false; !ends;)
            {
                int count = _random.Next(3) == 0 ? _random.Next(bytes.Length - at + 1) : bytes.Length - at;
                ends = at + count == bytes.Length;
                await _socket.SendAsync(bytes.AsMemory(at, count), type, ends, CancellationToken.None);
                at += count;
            }

            _sent[number] = (message, true);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (_socket.State == WebSocketState.Aborted)
        {
            return false;
        }
    }

    private async Task ReadAsync()
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[_random.Next(1, 3000)];
        while (true)
        {
            ValueWebSocketReceiveResult result;
            try
            {
                if (_random.Next(3) == 0) result = await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                else result = await _socket.ReceiveAsync(buffer.AsMemory(0, _random.Next(1, buffer.Length + 1)), CancellationToken.None);
            }
            catch (Exception e) when (e is WebSocketException || (e is OperationCanceledException && _socket.State == WebSocketState.Aborted))
            {
                _isOver = true;
                return;
            }

            if (result.MessageType == WebSocketMessageType.Close)
            {
                await AnswerAsync();
                _isOver = true;
                return;
            }

            content.Write(buffer.AsSpan(0, result.Count));
            if (!result.EndOfMessage) continue;
            Add((WebSocketMessageKind)(result.MessageType == WebSocketMessageType.Text ? 1 : 2), content.GetBuffer().AsSpan(0, (int)content.Length));
            content.SetLength(0);
            if (Plan.PauseMilliseconds > 0) await _network.Delay(TimeSpan.FromMilliseconds(_random.Next(Plan.PauseMilliseconds)));
        }
    }

    private void Add(WebSocketMessageKind kind, ReadOnlySpan<byte> bytes)
    {
        Message expected = Peer!.NextFor(_received.Count);
        if (expected.Mismatch(kind, bytes) is { } mismatch) throw new Broken(Name, $"got as message {_received.Count} {mismatch}, not {expected}");
        _received.Add(expected);
    }

    private async Task AnswerAsync()
    {
        if (_socket.State != WebSocketState.CloseReceived) return;
        if (_random.Next(3) == 0) await _network.Delay(_isPatient ? TimeSpan.FromSeconds(_random.Next(20)) : Plan.Options.CloseTimeout * (2 * _random.NextDouble()));
        for (int more = _random.Next(3); more > 0; more--) await SendAsync();
        switch (_random.Next(_isPatient ? 3 : 4))
        {
            case 0:
                _socket.Dispose();
                return;
            case 3:
                // Never.
                await _connection.Closed;
                return;
        }

        // A deadline may have answered meanwhile.
        if (_socket.State != WebSocketState.CloseReceived) return;
        _wholeWhenAnswering = _isPatient ? _sent.Count(sent => sent.IsTaken) : 0;
        _answer = new CloseFrame(Plan.Code, "by hand");
        try
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)_answer.Code, _answer.Reason, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            _answer = null;
        }
    }

    private async Task EndAsync()
    {
        if (_socket.State != WebSocketState.Open) return;
        EndedAt = _network.Elapsed;
        _network.AddNote($"the {Name}'s application, by hand: {Plan.End}");
        try
        {
            switch (Plan.End)
            {
                case EndKind.Close:
                    await _socket.CloseOutputAsync((WebSocketCloseStatus)Plan.Code, "", CancellationToken.None);
                    break;
                case EndKind.CloseTwice:
                    CameBeforeEnd = int.MaxValue;
                    await _socket.CloseAsync((WebSocketCloseStatus)Plan.Code, "", CancellationToken.None);
                    break;
                case EndKind.Dispose:
                    _socket.Dispose();
                    break;
                case EndKind.Abort:
                    _socket.Abort();
                    break;
            }
        }
        catch (Exception e) when (e is WebSocketException || (e is OperationCanceledException && _socket.State == WebSocketState.Aborted))
        {
            // The peer, or the network, was faster.
        }
    }
}
