using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.Tool.Serve;

/// <summary>The endpoints of <c>cierre serve</c> that are written on System.Net.WebSockets, as any program on ASP.NET Core may be, and run on Cierre.</summary>
internal static class SystemRoutes
{
    public const string Echo = "/system";
    public const string Close = $"{Echo}/close";

    private const int BufferSize = 4 * 1024;

    public static void Map(IApplicationBuilder app)
    {
        Map(Close, CloseAsync);
        Map(Echo, (webSocket, _) => EchoAsync(webSocket));

        void Map(string path, Func<WebSocket, HttpContext, Task> program) => app.MapWhen(context => context.Request.Path == path, branch =>
        {
            branch.UseCierreWebSockets();
            branch.Run(context => RunAsync(context, program));
        });
    }

    private static async Task RunAsync(HttpContext context, Func<WebSocket, HttpContext, Task> program)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using WebSocket webSocket = await context.WebSockets.AcceptWebSocketAsync();
            await program(webSocket, context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    /// <summary>The echo of ASP.NET Core's documentation.</summary>
    private static async Task EchoAsync(WebSocket webSocket)
    {
        byte[] buffer = new byte[BufferSize];
        WebSocketReceiveResult received = await webSocket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None);
        while (!received.CloseStatus.HasValue)
        {
            var piece = new ArraySegment<byte>(buffer, 0, received.Count);
            await webSocket.SendAsync(piece, received.MessageType, received.EndOfMessage, CancellationToken.None);
            received = await webSocket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None);
        }

        await webSocket.CloseAsync(received.CloseStatus.Value, received.CloseStatusDescription, CancellationToken.None);
    }

    private static Task CloseAsync(WebSocket webSocket, HttpContext context) => webSocket.CloseAsync(
        (WebSocketCloseStatus)(ServeRoutes.Code(context) ?? CloseCodes.NormalClosure), ServeRoutes.Reason(context), CancellationToken.None);
}
