using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>A session of W3C WebDriver BiDi: commands and events as JSON over a WebSocket, which is our own client's.</summary>
internal sealed class BidiSession : IAsyncDisposable
{
    private readonly WebSocketConnection _connection;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _asked = new();
    private readonly Action<string, JsonNode> _onEvent;
    private readonly Task _reading;
    private int _last;

    private BidiSession(WebSocketConnection connection, Action<string, JsonNode> onEvent)
    {
        (_connection, _onEvent) = (connection, onEvent);
        _reading = ReadAsync();
    }

    public static async Task<BidiSession> ConnectAsync(Uri url, Action<string, JsonNode> onEvent)
    {
        // A picture is one message.
        var options = new WebSocketClientOptions { MaxMessageSize = 64 * 1024 * 1024, ConfigureHandler = handler => handler.UseProxy = false };
        var session = new BidiSession(await WebSocketConnection.ConnectAsync(url, options), onEvent);
        await session.AskAsync("session.new", new JsonObject { ["capabilities"] = new JsonObject() });
        return session;
    }

    /// <summary>The result of a command.</summary>
    public async Task<JsonNode> AskAsync(string method, JsonObject parameters)
    {
        int id = Interlocked.Increment(ref _last);
        TaskCompletionSource<JsonNode> answer = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _connection.SendAsync(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString());
        JsonNode said = await answer.Task.WaitAsync(ToolProcess.Bound);
        return (string?)said["type"] == "success" ? said["result"]! : throw new InvalidOperationException($"{method}: {said["error"]}: {said["message"]}");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        await foreach (WebSocketMessage message in _connection.ReadAllAsync())
        {
            JsonNode said = JsonNode.Parse(message.GetText())!;
            if ((string?)said["type"] == "event") _onEvent((string)said["method"]!, said["params"]!);
            else if ((int?)said["id"] is { } id && _asked.TryRemove(id, out TaskCompletionSource<JsonNode>? answer)) answer.TrySetResult(said);
        }

        string ended = (await _connection.Closed).ToString()!;
        foreach (TaskCompletionSource<JsonNode> answer in _asked.Values) answer.TrySetException(new InvalidOperationException($"The browser is gone: {ended}"));
    }
}
