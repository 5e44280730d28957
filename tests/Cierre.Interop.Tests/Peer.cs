using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cierre.Interop.Tests;

/// <summary>A running peer: takes commands and gives answers and events, each a line of JSON. No wait is without an end, and each failure shows what the peer complained of.</summary>
public abstract class Peer : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly ConcurrentDictionary<int, PeerSocket> _sockets = new();
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly TaskCompletionSource<JsonElement> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly System.Threading.Channels.Channel<JsonElement> _accepted = System.Threading.Channels.Channel.CreateUnbounded<JsonElement>();
    private int _asked;

    public abstract ValueTask DisposeAsync();

    /// <summary>Kills the process that holds the peer's TCP connections. Returns whether the peer's application lives on to tell of it.</summary>
    public abstract Task<bool> KillAsync();

    public Task<JsonElement> ReadyAsync() => Within(_ready.Task, "to be ready");

    public async Task<PeerSocket> ConnectAsync(Uri url, params string[] protocols) =>
        SocketOf(await AskAsync("connect", new() { ["url"] = url.ToString(), ["protocols"] = new JsonArray([.. protocols.Select(protocol => (JsonNode)protocol)]) }));

    /// <summary>Connects with these settings of compression, where the peer has such.</summary>
    public async Task<PeerSocket> ConnectAsync(Uri url, JsonObject deflate) => SocketOf(await AskAsync("connect", new() { ["url"] = url.ToString(), ["protocols"] = new JsonArray(), ["deflate"] = deflate }));

    public async Task<PeerSocket> AcceptedAsync() => SocketOf(await Within(_accepted.Reader.ReadAsync().AsTask(), "to accept"));

    public async Task<JsonElement> AskAsync(string command, JsonObject? arguments = null)
    {
        int id = Interlocked.Increment(ref _asked);
        JsonObject line = arguments ?? [];
        (line["do"], line["id"]) = (command, id);
        TaskCompletionSource<JsonElement> answer = _answers[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendLineAsync(line.ToJsonString());
        JsonElement said = await Within(answer.Task, $"to {command}");
        return said.TryGetProperty("error", out JsonElement error) ? throw new InvalidOperationException($"{command}: {error}{Complaints}") : said;
    }

    public async Task<T> Within<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The peer took more than {Limit.TotalSeconds} s {what}.{Complaints}");
        }
    }

    /// <summary>What the peer wrote beside answers and events, since the last call.</summary>
    public string TakeComplaints()
    {
        string all = Complaints;
        _complaints.Clear();
        return all;
    }

    protected abstract Task SendLineAsync(string line);

    /// <summary>The peer's application began anew, and so did the numbers of its sockets.</summary>
    protected void ForgetSockets() => _sockets.Clear();

    protected void Complain(string line) => _complaints.Enqueue(line);

    /// <summary>The peer is gone: nothing it was asked will be answered.</summary>
    protected void Gone(string how)
    {
        Complain(how);
        _ready.TrySetException(new InvalidOperationException($"The peer did not start.{Complaints}"));
        foreach (TaskCompletionSource<JsonElement> answer in _answers.Values) answer.TrySetException(new InvalidOperationException($"The peer is gone.{Complaints}"));
    }

    protected void OnLine(string line)
    {
        JsonElement said;
        try
        {
            said = JsonDocument.Parse(line).RootElement;
        }
        catch (JsonException)
        {
            Complain(line);
            return;
        }

        if (said.TryGetProperty("answer", out JsonElement id))
        {
            if (_answers.TryRemove(id.GetInt32(), out TaskCompletionSource<JsonElement>? answer)) answer.TrySetResult(said);
            return;
        }

        switch (said.GetProperty("event").GetString())
        {
            case "ready": _ready.TrySetResult(said); break;
            case "accepted": _accepted.Writer.TryWrite(said); break;
            default: SocketOf(said).On(said); break;
        }
    }

    private string Complaints => string.Concat(_complaints.Select(line => "\n  peer: " + line));

    private PeerSocket SocketOf(JsonElement said)
    {
        PeerSocket socket = _sockets.GetOrAdd(said.GetProperty("socket").GetInt32(), number => new PeerSocket(this, number));
        if (said.TryGetProperty("protocol", out JsonElement protocol)) socket.Protocol = protocol.GetString()!;
        return socket;
    }
}
