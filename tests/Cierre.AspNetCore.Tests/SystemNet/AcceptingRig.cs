using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>A program of System.Net.WebSockets on a server of ours: what each test needs of one.</summary>
internal static class AcceptingRig
{
    public static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Accepts at any path but those of endpoints, and runs a program that knows nothing of us.</summary>
    public static void Accept(this WebApplication app, Func<WebSocket, HttpContext, Task> program, string path = "/accept") => app.Map(path, async (HttpContext context) =>
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = 400;
            return;
        }

        WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        await program(socket, context);
    });

    /// <summary>As the documentation of ASP.NET Core has it.</summary>
    public static async Task EchoAsync(WebSocket socket, HttpContext context)
    {
        byte[] buffer = new byte[4096];
        WebSocketReceiveResult result = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), None);
        while (!result.CloseStatus.HasValue)
        {
            await socket.SendAsync(new ArraySegment<byte>(buffer, 0, result.Count), result.MessageType, result.EndOfMessage, None);
            result = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), None);
        }

        await socket.CloseAsync(result.CloseStatus.Value, result.CloseStatusDescription, None);
    }
}
