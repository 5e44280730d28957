using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cierre.Samples.GraphQL;

/// <summary>One client's session of graphql-transport-ws, with a schema of two fields: <c>hello</c>, and the subscription <c>count</c>.</summary>
internal sealed class Session(IGraphQLSocket socket)
{
    private bool _isAcknowledged;

    public async Task RunAsync()
    {
        while (await socket.ReceiveAsync() is { } text)
        {
            JsonNode? message;
            try
            {
                message = JsonNode.Parse(text);
            }
            catch (JsonException)
            {
                await socket.CloseAsync(4400, "Invalid message");
                return;
            }

            if (!await HandleAsync((string?)message?["type"], message)) return;
        }

        await socket.AnswerCloseAsync();
    }

    /// <summary>Whether the session goes on.</summary>
    private async Task<bool> HandleAsync(string? type, JsonNode? message)
    {
        switch (type)
        {
            case "connection_init" when TokenOf(message) is "wrong":
                await socket.CloseAsync(4403, "Forbidden");
                return false;
            case "connection_init" when _isAcknowledged:
                await socket.CloseAsync(4429, "Too many initialisation requests");
                return false;
            case "connection_init":
                _isAcknowledged = true;
                await SendAsync(null, "connection_ack", null);
                return true;
            case "ping":
                await SendAsync(null, "pong", null);
                return true;
            case "pong" or "complete":
                return true;
            case "subscribe" when !_isAcknowledged:
                await socket.CloseAsync(4401, "Unauthorized");
                return false;
            case "subscribe":
                await ExecuteAsync((string)message!["id"]!, (string)message["payload"]!["query"]!);
                return true;
            default:
                await socket.CloseAsync(4400, "Invalid message");
                return false;
        }
    }

    private async Task ExecuteAsync(string id, string query)
    {
        if (query.Contains("subscription", StringComparison.Ordinal))
        {
            for (int i = 1; i <= 100; i++) await SendAsync(id, "next", new JsonObject { ["data"] = new JsonObject { ["count"] = i } });
        }
        else
        {
            // As long as the question, so that both directions have messages of many pieces.
            string hello = "hello " + new string('o', query.Length);
            await SendAsync(id, "next", new JsonObject { ["data"] = new JsonObject { ["hello"] = hello } });
        }

        await SendAsync(id, "complete", null);
    }

    private static string? TokenOf(JsonNode? message) => message?["payload"] is JsonObject payload ? (string?)payload["token"] : null;

    private Task SendAsync(string? id, string type, JsonNode? payload)
    {
        var message = new JsonObject { ["type"] = type };
        if (id is not null) message["id"] = id;
        if (payload is not null) message["payload"] = payload;
        return socket.SendAsync(message.ToJsonString());
    }
}
