using System.Globalization;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.Tool.Serve;

/// <summary>The endpoints of <c>cierre serve</c>.</summary>
internal static class ServeRoutes
{
    public static void Map(WebApplication app, Action<WebSocketEndpointOptions> configure, ServeReport report)
    {
        app.Use(RefuseUnsendableCode);
        Map("/", (connection, _) => EchoAsync(connection));
        Map("/close", CloseAsync);
        Map("/throw", (connection, _) => ThrowAsync(connection));
        Map("/silent", (connection, _) => ReadOnlyAsync(connection));

        void Map(string path, Func<WebSocketConnection, HttpContext, Task> handler) => app.MapWebSocket(
            path,
            (connection, context, _) => handler(connection, context),
            options =>
            {
                configure(options);
                options.OnClosed = (_, record) => report.Closed(record);
                // A test server: a page from anywhere may connect.
                options.AllowedOrigins.Add("*");
            });
    }

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }

    private static Task CloseAsync(WebSocketConnection connection, HttpContext context) =>
        connection.CloseAsync(Code(context) ?? CloseCodes.NormalClosure, context.Request.Query["reason"].ToString());

    private static async Task ThrowAsync(WebSocketConnection connection)
    {
        if (await connection.ReceiveAsync() is not null) throw new InvalidOperationException("This endpoint fails at the first message.");
    }

    private static async Task ReadOnlyAsync(WebSocketConnection connection)
    {
        while (await connection.ReceiveAsync() is not null)
        {
        }
    }

    /// <summary>A code that must not be sent is refused in HTTP, where there is still a way to say so.</summary>
    private static Task RefuseUnsendableCode(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/close" || Code(context) is not null || !context.Request.Query.ContainsKey("code")) return next(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync("The code of ?code=N must be one that a server may send: 1000-1003, 1007-1009, 1011-1014 or 3000-4999.\n");
    }

    private static ushort? Code(HttpContext context) =>
        ushort.TryParse(context.Request.Query["code"], NumberStyles.None, CultureInfo.InvariantCulture, out ushort code)
        && CloseCodes.GetSendError(code, reason: null, WebSocketRole.Server, CultureInfo.InvariantCulture) is null
            ? code
            : null;
}
