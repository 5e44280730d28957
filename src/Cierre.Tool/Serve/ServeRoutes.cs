using System.Globalization;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Tool.Serve;

/// <summary>The endpoints of <c>cierre serve</c>.</summary>
internal static class ServeRoutes
{
    /// <param name="resume">How the endpoints keep the sessions of clients that come back; null: they have none.</param>
    public static void Map(WebApplication app, Action<WebSocketEndpointOptions> configure, Action<WebSocketResumeOptions>? resume, ServeReport report)
    {
        app.Use(RefuseUnsendable);
        Map("/", (connection, _) => EchoAsync(connection));
        Map("/close", CloseAsync);
        Map("/throw", (connection, _) => ThrowAsync(connection));
        Map("/silent", (connection, _) => ReadOnlyAsync(connection));
        Map("/room/{name}", RoomAsync);
        SystemRoutes.Map(app);

        void Map(string path, Func<WebSocketConnection, HttpContext, Task> handler)
        {
            IEndpointConventionBuilder endpoint = app.MapWebSocket(
                path,
                (connection, context, _) => handler(connection, context),
                options =>
                {
                    configure(options);
                    options.OnClosed = (_, record) => report.Closed(record);
                    // A test server: a page from anywhere may connect.
                    options.AllowedOrigins.Add("*");
                });
            if (resume is null) return;
            endpoint.WithResume(options =>
            {
                resume(options);
                options.OnSessionChanged = report.Changed;
            });
        }
    }

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }

    private static Task CloseAsync(WebSocketConnection connection, HttpContext context) =>
        connection.CloseAsync(Code(context) ?? CloseCodes.NormalClosure, Reason(context));

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

    /// <summary>What one says is heard by all in the room, the speaker included.</summary>
    private static async Task RoomAsync(WebSocketConnection connection, HttpContext context)
    {
        WebSocketTopic room = context.RequestServices.GetRequiredService<ICluster>().Topic((string)context.Request.RouteValues["name"]!);
        await connection.JoinAsync(room.Name);
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await room.PublishAsync(message);
    }

    /// <returns>What is wrong with the name of a room; null: nothing, or the request is for another endpoint.</returns>
    private static string? FaultOfRoom(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/room", out PathString rest) || rest.Value is not [_, _, ..]) return null;
        try
        {
            _ = context.RequestServices.GetRequiredService<ICluster>().Topic(rest.Value[1..]);
            return null;
        }
        catch (ArgumentException)
        {
            return "The NAME of /room/NAME has at most 256 bytes of UTF-8, and no control characters.";
        }
    }

    /// <summary>What must not be sent is refused in HTTP, where there is still a way to say so.</summary>
    private static Task RefuseUnsendable(HttpContext context, RequestDelegate next)
    {
        bool bySystem = context.Request.Path == SystemRoutes.Close;
        string? fault = FaultOfRoom(context);
        if (fault is null && context.Request.Path != "/close" && !bySystem) return next(context);
        if (Code(context) is null && context.Request.Query.ContainsKey("code"))
            fault = "The code of ?code=N must be one that a server may send: 1000-1003, 1007-1009, 1011-1014 or 3000-4999.";
        // A long reason is cut by a connection of ours, and thrown at by System.Net.WebSockets.
        else if (bySystem)
            fault = CloseCodes.GetSendError(CloseCodes.NormalClosure, Reason(context), WebSocketRole.Server, CultureInfo.InvariantCulture);
        if (fault is null) return next(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync(fault + "\n");
    }

    /// <summary>The code that the client asks for; null where it asks for none, or for one that a server may not send.</summary>
    public static ushort? Code(HttpContext context) =>
        ushort.TryParse(context.Request.Query["code"], NumberStyles.None, CultureInfo.InvariantCulture, out ushort code)
        && CloseCodes.GetSendError(code, reason: null, WebSocketRole.Server, CultureInfo.InvariantCulture) is null
            ? code
            : null;

    public static string Reason(HttpContext context) => context.Request.Query["reason"].ToString();
}
