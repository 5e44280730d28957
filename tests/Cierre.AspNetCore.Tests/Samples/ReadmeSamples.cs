using Microsoft.Extensions.DependencyInjection;
using Cierre;
using Cierre.AspNetCore;
using Cierre.Browser;
using Microsoft.AspNetCore.Builder;

namespace Cierre.AspNetCore.Tests.Samples;

/// <summary>The samples of the README, as they stand there.</summary>
internal static class ReadmeSamples
{
    public static WebApplication Server(string[] args)
    {
        #region server
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddCierre();
        var app = builder.Build();

        app.MapWebSocket("/echo", async connection =>
        {
            await foreach (var message in connection.ReadAllAsync())
                await connection.SendAsync(message);
        }); // returns: 1000 · throws: 1011 · the host stops: 1001, after what was received is answered
        #endregion

        return app;
    }

    public static async Task<string> ClientAsync(Uri url)
    {
        #region client
        await using var connection = await WebSocketConnection.ConnectAsync(url);
        await connection.SendAsync("hello");
        await foreach (var message in connection.ReadAllAsync())
        {
            Console.WriteLine(message.GetText());
            _ = connection.CloseAsync(4001, "heard enough");
        }

        CloseRecord record = await connection.Closed; // the loop ended; this says how and why
        Console.WriteLine(record.Explain());
        #endregion

        return record.Explain(System.Globalization.CultureInfo.InvariantCulture);
    }

    public static async Task<CloseEvent> BrowserAsync(string url)
    {
        #region browser
        var socket = new WebSocket(url);
        socket.OnOpen = _ => socket.Send("hello");
        socket.OnMessage = e =>
        {
            Console.WriteLine(e.Data);
            socket.Close(4001, "heard enough");
        };
        socket.OnClose = e => Console.WriteLine($"{e.Code} {e.Reason} {e.WasClean}\n{e.Explain()}");
        #endregion

        return await socket.Closed;
    }

    public static async Task<int> StreamAsync(string url)
    {
        #region stream
        await using var stream = new WebSocketStream(url);
        var (readable, writable) = await stream.Opened;
        await writable.WriteAsync("hello"); // completes when it is taken: a slow peer slows the writer
        await foreach (var chunk in readable) // and a slow reader the peer
        {
            Console.WriteLine(chunk.Text);
            writable.Complete(); // closes
        }

        var (code, reason) = await stream.Closed; // throws a WebSocketError where the end was not clean
        #endregion

        return code + reason.Length ?? 0;
    }

    public static async Task<CloseRecord> ReconnectAsync(Uri url, string token, Func<CancellationToken, Task<string>> renew)
    {
        Task<string> RenewAsync(CancellationToken ct) => renew(ct);

        #region reconnect
        WebSocketReconnectOptions options = new();
        options.Headers.Add(new("Authorization", "Bearer " + token));
        options.CredentialsRenewal = async (_, ct) => options.WithHeader("Authorization", "Bearer " + await RenewAsync(ct)); // after 3000 or 401
        options.Policy = (last, attempt) => last.Code == 4000 ? ReconnectDecision.Stop : ReconnectDecision.AsAdvised;
        options.OnEnded = next => Console.WriteLine($"{next.Last}: {(next.Delay is { } delay ? $"again in {delay.TotalSeconds:0.0} s" : "that was all")}");

        await using KeptConnection kept = WebSocketConnection.KeepConnected(url, async (connection, ct) =>
        {
            await connection.SendAsync("subscribe", ct); // each connection starts from nothing
            await foreach (var message in connection.ReadAllAsync(ct))
                Console.WriteLine(message.GetText());
        }, options);
        CloseRecord last = await kept.Completion;
        #endregion

        return last;
    }

    public static async Task TraceAsync(WebSocketConnection connection)
    {
        #region trace
        using WebSocketTrace trace = connection.StartTrace(new WebSocketTraceOptions { PayloadBytes = 64 }); // or WebSocketConnectionOptions.Trace, from the opening on
        await foreach (WebSocketTraceEvent seen in trace) Console.WriteLine(seen); // 0.412 ms: text frame, 5 bytes
        #endregion
    }

    public static void Resume(WebApplication app, Func<WebSocketConnection, Task> handler)
    {
        #region resume
        app.MapWebSocket("/chat", handler).WithResume();
        app.MapCierreScripts(); // import { ResumableWebSocket } from "/cierre/cierre-resume.js"
        #endregion
    }

    public static void Inspector(WebApplication app)
    {
        #region inspector
        app.MapWebSocketInspector("/_ws").RequireAuthorization("operators"); // outside Development it does not start without saying who may look
        #endregion
    }

    public static async Task<string> FailureAsync(Uri url)
    {
        #region failure
        try
        {
            await using var connection = await WebSocketConnection.ConnectAsync(url);
        }
        catch (WebSocketConnectException e)
        {
            Console.WriteLine($"{e.Record.Code} {e.Record.Cause}: {e.Record.Detail}"); // 1015 TlsFailed: the server's certificate ...
        }
        #endregion

        return "";
    }
}
