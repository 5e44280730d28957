using System.Text;
using Cierre.SystemNet.Tests.Subjects;
using Microsoft.Extensions.Time.Testing;

namespace Cierre.SystemNet.Tests.Contract;

/// <summary>
/// A case as it is played: the socket, its peer, and what was seen, one line for each step. A step of the socket ends with the socket's state behind it.
/// Every wait is bounded; none of them is a sleep.
/// </summary>
public sealed class Trial
{
    private readonly List<string> _seen = [];
    private readonly OpenSubject _open;
    private readonly FakeTimeProvider _time;

    private Trial(Subject subject, OpenSubject open, FakeTimeProvider time) => (Subject, _open, _time) = (subject, open, time);

    /// <summary>Who plays.</summary>
    public Subject Subject { get; }

    /// <summary>The socket under test.</summary>
    public WebSocket Socket => _open.Socket;

    /// <summary>The peer made of bytes.</summary>
    public RawPeer Peer => _open.Peer;

    /// <summary>A token that is cancelled already.</summary>
    public static CancellationToken Cancelled { get; } = new(canceled: true);

    /// <summary>A message that no buffer between the two sides holds: sending it waits until the peer reads.</summary>
    public static byte[] Huge { get; } = new byte[16 * 1024 * 1024];

    /// <summary>Plays a case and returns what was seen.</summary>
    public static async Task<string> PlayAsync(ContractCase it, Subject subject)
    {
        var time = new FakeTimeProvider();
        await using OpenSubject open = await subject.OpenAsync(it.Setup with { Time = time });
        var trial = new Trial(subject, open, time);
        try
        {
            await it.Act(trial).WaitAsync(RawPeer.DefaultBound);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            trial.See($"the case stops: {e.GetType().Name}: {e.Message}");
        }

        return string.Join('\n', trial._seen);
    }

    /// <summary>Notes a line.</summary>
    public void See(string line) => _seen.Add(line);

    /// <summary>Notes the state and the three properties.</summary>
    public void Properties() => See($"properties: {Socket.State}, {Status()}, protocol {Quoted(Socket.SubProtocol)}");

    /// <summary>Notes the state alone.</summary>
    public void State() => See($"state: {Socket.State}");

    /// <summary>Lets the clock of ours pass its close timeout, which the framework's own do not have.</summary>
    public void PassCloseTimeout() => _time.Advance(TimeSpan.FromSeconds(6));

    /// <summary>Does one step of the socket and notes how it ended.</summary>
    public async Task DoAsync(string what, Func<Task<string>> step) => await EndAsync(Begin(what, step));

    /// <inheritdoc cref="DoAsync(string, Func{Task{string}})"/>
    public Task DoAsync(string what, Func<Task> step) => DoAsync(what, async () =>
    {
        await step();
        return "done";
    });

    /// <summary>Does a step that is over when it returns, and notes how it ended.</summary>
    public void Do(string what, Action step)
    {
        try
        {
            step();
            See($"{what}: done | {Socket.State}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            See($"{what}: {Named(e)} | {Socket.State}");
        }
    }

    /// <summary>Begins a step that is to end later.</summary>
    public static Running Begin(string what, Func<Task<string>> step) => new(what, EndOf(step));

    /// <inheritdoc cref="Begin(string, Func{Task{string}})"/>
    public static Running Begin(string what, Func<Task> step) => Begin(what, async () =>
    {
        await step();
        return "done";
    });

    /// <summary>Notes whether a step still waits.</summary>
    public void Waits(Running running)
    {
        ArgumentNullException.ThrowIfNull(running);
        See($"{running.What}: {(running.Ended.IsCompleted ? "over already" : "waits")} | {Socket.State}");
    }

    /// <summary>Waits for the end of a step and notes it.</summary>
    public async Task EndAsync(Running running)
    {
        ArgumentNullException.ThrowIfNull(running);
        string how = await running.Ended.WaitAsync(RawPeer.DefaultBound);
        See($"{running.What}: {how} | {Socket.State}");
    }

    /// <summary>The bytes of a frame as the peer's role sends it.</summary>
    public byte[] Frame(int opcode, string payload, bool fin = true, int rsv = 0) => Frame(opcode, Encoding.UTF8.GetBytes(payload), fin, rsv);

    /// <inheritdoc cref="Frame(int, string, bool, int)"/>
    public byte[] Frame(int opcode, byte[] payload, bool fin = true, int rsv = 0) => RawPeer.Frame(opcode, payload, fin, rsv, Peer.IsClient);

    /// <summary>The peer sends several frames in one write.</summary>
    public Task PeerSendsAsync(params byte[][] frames) => Peer.SendAsync(frames.SelectMany(frame => frame).ToArray().AsMemory());

    /// <summary>
    /// Cancels a step that waits, and notes its end. The framework's own registers its abort with the token in front of the stream's own registration, which is
    /// called first: now and then the step is over, and the abort forgotten, before it is called. A receive with a cancelled token then aborts.
    /// </summary>
    public async Task CancelAsync(CancellationTokenSource source, Running running)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(running);
        await source.CancelAsync();
        await running.Ended.WaitAsync(RawPeer.DefaultBound);
        if (!Subject.IsOurs && Socket.State is not WebSocketState.Aborted) await Receive(1, Cancelled).ContinueWith(_ => { }, TaskScheduler.Default);
        await EndAsync(running);
    }

    /// <summary>Receives into memory of this size.</summary>
    public Task ReceiveAsync(int size = 64, CancellationToken token = default) => DoAsync("receive", () => Receive(size, token));

    /// <summary>Begins a receive.</summary>
    public Running BeginReceive(int size = 64, CancellationToken token = default) => Begin("receive", () => Receive(size, token));

    /// <summary>Receives into an array segment in the middle of an array, and notes where bytes beside it were touched.</summary>
    public Task ReceiveSegmentAsync(int size = 64, CancellationToken token = default) => DoAsync("receive segment", async () =>
    {
        byte[] array = new byte[size + 8];
        array.AsSpan().Fill(0xEE);
        WebSocketReceiveResult result = await Socket.ReceiveAsync(new ArraySegment<byte>(array, 4, size), token);
        bool touched = array.AsSpan(0, 4).ContainsAnyExcept((byte)0xEE) || array.AsSpan(size + 4).ContainsAnyExcept((byte)0xEE);
        if (touched) See("bytes beside the segment were touched");
        bool isPlain = result.CloseStatus is null && result.CloseStatusDescription is null;
        string status = isPlain ? "" : $", result {result.CloseStatus} {Quoted(result.CloseStatusDescription)}";
        return Received(result.MessageType, result.Count, result.EndOfMessage, array.AsSpan(4)) + status;
    });

    /// <summary>Receives until the message is whole, and notes it as one.</summary>
    public Task ReceiveWholeAsync(int size = 16 * 1024) => DoAsync("receive whole", async () =>
    {
        var whole = new MemoryStream();
        byte[] piece = new byte[size];
        while (true)
        {
            ValueWebSocketReceiveResult result = await Socket.ReceiveAsync(piece.AsMemory(), CancellationToken.None);
            whole.Write(piece, 0, result.Count);
            if (result.EndOfMessage) return Received(result.MessageType, (int)whole.Length, true, whole.ToArray());
        }
    });

    /// <summary>Sends text, whole unless told.</summary>
    public Task SendAsync(string text, bool end = true, WebSocketMessageType type = WebSocketMessageType.Text, CancellationToken token = default) =>
        DoAsync("send", () => Socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), type, end, token).AsTask());

    /// <summary>Sends bytes of memory, whole unless told.</summary>
    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, bool end = true) =>
        DoAsync("send", () => Socket.SendAsync(bytes, type, end, CancellationToken.None).AsTask());

    /// <summary>Sends one byte of an array segment.</summary>
    public Task SendSegmentAsync(WebSocketMessageType type = WebSocketMessageType.Text, CancellationToken token = default) =>
        DoAsync("send segment", () => Socket.SendAsync(new ArraySegment<byte>([1]), type, true, token));

    /// <summary>Sends text with flags.</summary>
    public Task SendFlagsAsync(string text, WebSocketMessageFlags flags, WebSocketMessageType type = WebSocketMessageType.Text, string what = "send") =>
        DoAsync(what, () => Socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), type, flags, CancellationToken.None).AsTask());

    /// <summary>Begins to send a whole message of memory.</summary>
    public Running BeginSend(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Binary, string what = "send", CancellationToken token = default) =>
        Begin(what, () => Socket.SendAsync(bytes.AsMemory(), type, true, token).AsTask());

    /// <summary>Closes, waiting for the peer's answer.</summary>
    public Task CloseAsync(WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure, string? reason = "mine", CancellationToken token = default) =>
        EndAsync(BeginClose(status, reason, token));

    /// <summary>Begins to close.</summary>
    public Running BeginClose(WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure, string? reason = "mine", CancellationToken token = default) =>
        Begin("close", () => Socket.CloseAsync(status, reason, token));

    /// <summary>Sends a close frame and does not wait.</summary>
    public Task CloseOutputAsync(
        WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure, string? reason = "mine", CancellationToken token = default) =>
        DoAsync("close output", () => Socket.CloseOutputAsync(status, reason, token));

    /// <summary>Aborts.</summary>
    public void Abort() => Do("abort", Socket.Abort);

    /// <summary>Disposes.</summary>
    public void Dispose() => Do("dispose", Socket.Dispose);

    /// <summary>Disposes and leaves: on Kestrel a dispose alone leaves the connection open until the request is over.</summary>
    public void DisposeAndLeave()
    {
        Dispose();
        _open.Leave();
    }

    /// <summary>On Kestrel, ends the request that carries the socket; elsewhere nothing.</summary>
    public void Leave() => _open.Leave();

    /// <summary>Notes the next frame that the peer sees, or that its stream ended.</summary>
    public async Task PeerReadsAsync()
    {
        try
        {
            See($"peer: {Told(await Peer.ReadFrameAsync())}");
        }
        catch (EndOfStreamException)
        {
            See("peer: end");
        }
    }

    /// <summary>
    /// Notes all frames that the peer still sees up to the end of its stream. Whether FIN or RST ended it is the carrier's affair. A close frame is
    /// answered, as any peer does. What stands before the end of an aborted socket on Kestrel is left out, because an abort of Kestrel's may overtake what was
    /// written before.
    /// </summary>
    public async Task PeerReadsToEndAsync()
    {
        int first = _seen.Count;
        bool answered = false;
        while (true)
        {
            if (!answered && _seen.Exists(line => line.StartsWith("peer: Close", StringComparison.Ordinal)))
            {
                answered = true;
                await PeerAnswersAsync();
            }

            await PeerReadsAsync();
            if (_seen[^1] == "peer: end") break;
        }

        if (Subject.IsKestrels && Socket.State is WebSocketState.Aborted) _seen.RemoveRange(first, _seen.Count - first - 1);
    }

    /// <summary>Notes one data message of ours; into how many frames it is cut is the sender's affair.</summary>
    public async Task PeerReadsWholeAsync()
    {
        RawFrame first = await Peer.ReadFrameAsync(), last = first;
        long length = first.Payload.Length;
        while (!last.Fin) length += (last = await Peer.ReadFrameAsync()).Payload.Length;
        See($"peer: {(first.Opcode == 1 ? "Text" : "Binary")} of {length} bytes");
    }

    /// <summary>Notes one data message of ours, frame by frame.</summary>
    public async Task PeerReadsPiecesAsync()
    {
        do await PeerReadsAsync();
        while (_seen[^1].EndsWith(" more", StringComparison.Ordinal));
    }

    /// <summary>The peer sends its close frame, empty without a code, and where it is the server ends its stream behind it: a client waits for that, for up
    /// to a second.</summary>
    public async Task PeerClosesAsync(int? code = 1000, string reason = "")
    {
        await Peer.SendAsync(Frame(8, code is { } number ? RawFrame.CloseBody(number, Encoding.UTF8.GetBytes(reason)) : []).AsMemory());
        await PeerLeavesAsync();
    }

    /// <summary>Where the peer is the server, it ends its stream.</summary>
    public Task PeerLeavesAsync() => Peer.IsClient ? Task.CompletedTask : Peer.HalfCloseAsync();

    /// <summary>The peer sends a ping and notes what it sees up to the answer: everything that was sent before was handled then.</summary>
    public async Task PeerPingsAsync(string payload = "ping")
    {
        await Peer.SendFrameAsync(9, Encoding.UTF8.GetBytes(payload));
        await PeerReadsAsync();
    }

    /// <summary>What is noted of an exception: its type, and of a WebSocketException its error.</summary>
    public static string Named(Exception exception) => exception switch
    {
        WebSocketException e => $"WebSocketException {e.WebSocketErrorCode}",
        OperationCanceledException => nameof(OperationCanceledException),
        _ => exception?.GetType().Name ?? "",
    };

    private async Task PeerAnswersAsync()
    {
        try
        {
            await PeerClosesAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
        {
            // One of the two has ended its stream already.
        }
    }

    private static async Task<string> EndOf(Func<Task<string>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Named(e);
        }
    }

    private string Told(RawFrame frame)
    {
        string kind = frame.Opcode switch
        {
            0 => "Continuation", 1 => "Text", 2 => "Binary", 8 => "Close", 9 => "Ping", 10 => "Pong", _ => $"opcode {frame.Opcode}",
        };
        string payload = frame.Opcode != 8 ? Shown(frame.Payload) : frame.CloseCode is { } code ? $"{code} {Reason(frame)}" : "empty";
        string rsv = frame.Rsv == 0 ? "" : $" rsv {frame.Rsv}", mask = frame.Masked == Subject.IsServer ? " masked wrong" : "";
        return $"{kind} {payload}{(frame.Fin ? "" : " more")}{rsv}{mask}";
    }

    /// <summary>A reason of the library's own is noted as such: its words are held elsewhere. It is a sentence, and no reason of a case has a space.</summary>
    private string Reason(RawFrame frame) =>
        Subject.IsOurs && frame.CloseReason.Contains(' ', StringComparison.Ordinal) ? "in words" : Shown(frame.Payload.AsSpan(2));

    private static string Shown(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 40) return $"{bytes.Length} bytes";
        if (!bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return $"'{Encoding.ASCII.GetString(bytes)}'";
        return Convert.ToHexString(bytes);
    }

    private static string Quoted(string? text) => text is null ? "null" : text.Length > 40 ? $"{text.Length} characters" : $"'{text}'";

    private async Task<string> Receive(int size, CancellationToken token)
    {
        byte[] buffer = new byte[size];
        ValueWebSocketReceiveResult result = await Socket.ReceiveAsync(buffer.AsMemory(), token);
        return Received(result.MessageType, result.Count, result.EndOfMessage, buffer);
    }

    private string Received(WebSocketMessageType type, int count, bool end, ReadOnlySpan<byte> bytes)
    {
        string what = type is WebSocketMessageType.Close ? $"{Status()}, {count} bytes" : Shown(bytes[..count]);
        return $"{type} {what} {(end ? "end" : "more")}";
    }

    private string Status() => $"{Socket.CloseStatus?.ToString() ?? "no status"} {Quoted(Socket.CloseStatusDescription)}";

    /// <summary>A step that was begun.</summary>
    /// <param name="What">What the step is.</param>
    /// <param name="Ended">How it ended, in words.</param>
    public sealed record Running(string What, Task<string> Ended);
}
