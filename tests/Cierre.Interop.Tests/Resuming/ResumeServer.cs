using System.Collections.Concurrent;
using System.Globalization;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Tests;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Interop.Tests.Resuming;

/// <summary>A server that resumes sessions at /r, where it echoes and remembers, serves the client for browsers, and an empty page.</summary>
internal sealed class ResumeServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _received = new();
    private TestServer _server = null!;

    public Uri Url => _server.Url;

    /// <summary>What a session has, while its handler runs; the newest.</summary>
    public WebSocketConnection? Newest { get; private set; }

    /// <summary>What those at /room hear.</summary>
    public WebSocketTopic Room => _server.Services.GetRequiredService<ICluster>().Topic("room");

    /// <param name="keys">Those of a server before; null: its own.</param>
    public static async Task<ResumeServer> StartAsync(IDataProtectionProvider? keys = null)
    {
        var server = new ResumeServer();
        server._server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Services.AddSingleton(keys ?? new EphemeralDataProtectionProvider()),
            map: app =>
            {
                app.MapWebSocket("/r", server.EchoAsync).WithResume();
                app.MapWebSocket("/room", async connection =>
                {
                    await connection.JoinAsync("room");
                    await server.EchoAsync(connection);
                }).WithResume();
                app.MapCierreScripts();
                app.MapGet("/page", () => Results.Content("<!doctype html><title>page</title>", "text/html"));
                app.MapGet("/away", () => Results.Content("<!doctype html><title>away</title>", "text/html"));
                app.MapGet("/worker.js", () => Results.Content(Worker, "text/javascript"));
            });
        return server;
    }

    /// <summary>How many connections are open.</summary>
    public int Connections => _server.Connections.Count;

    /// <summary>What has come of a conversation, in order. Its messages begin with its name and a colon.</summary>
    public string[] Received(string name) => _received.TryGetValue(name, out ConcurrentQueue<string>? received) ? [.. received] : [];

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private const string Worker =
        """
        import { ResumableWebSocket } from "/cierre/cierre-resume.js";
        const socket = new ResumableWebSocket("/r");
        socket.onopen = () => socket.send("worker:1");
        socket.onmessage = ({ data }) => postMessage(data);
        """;

    private async Task EchoAsync(WebSocketConnection connection)
    {
        Newest = connection;
        await foreach (WebSocketMessage message in connection.ReadAllAsync())
        {
            string text = System.Text.Encoding.UTF8.GetString(message.Data.Span);
            _received.GetOrAdd(text.Split(':')[0], _ => []).Enqueue(text);
            await connection.SendAsync(message);
        }
    }
}
