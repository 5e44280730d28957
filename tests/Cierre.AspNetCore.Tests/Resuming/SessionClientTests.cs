using System.Text.Json;
using Xunit;

namespace Cierre.AspNetCore.Tests.Resuming;

/// <summary>What tests share whose client speaks <c>cierre.resume.v1</c> by hand.</summary>
public abstract class SessionClientTests
{
    private protected const string Subprotocol = "cierre.resume.v1";

    /// <summary>The newest that a client was given, or another that a test wants to show.</summary>
    private protected string Token { get; set; } = "";

    private protected static async Task<WebSocketConnection> OpenAsync(TestServer server, string path = "/r", string? user = null, params string[] subprotocols)
    {
        WebSocketClientOptions options = server.ClientOptions();
        foreach (string subprotocol in subprotocols is [] ? [Subprotocol] : subprotocols) options.Subprotocols.Add(subprotocol);
        if (user is not null) options.Headers.Add(new("X-User", user));
        return await server.ConnectAsync(options, path).Soon();
    }

    private protected async Task GreetAsync(WebSocketConnection client, string hello = """{"hello":1}""")
    {
        await client.SendAsync("!" + hello);
        Token = Control(await NextAsync(client)).GetProperty("token").GetString()!;
    }

    /// <param name="members">Further members of what the client says.</param>
    private protected async Task<WebSocketConnection> ResumeAsync(
        TestServer server, long got, long sent, string path = "/r", string? user = null, string members = "")
    {
        WebSocketConnection client = await OpenAsync(server, path, user);
        await client.SendAsync($$"""!{"resume":"{{Token}}","got":{{got}},"acked":0,"sent":{{sent}}{{members}}}""");
        return client;
    }

    private protected static async Task<string> NextAsync(WebSocketConnection client) => (await client.ReceiveAsync().Soon())!.Value.GetText();

    private protected static JsonElement Control(string message)
    {
        Assert.StartsWith("!{", message, StringComparison.Ordinal);
        return JsonDocument.Parse(message[1..]).RootElement;
    }
}
