using System.Net.WebSockets;

namespace Cierre.Samples.GraphQL;

/// <summary>Two small servers of the protocol graphql-transport-ws, each using its WebSocket as a known GraphQL server does. With <c>--Framework true</c>
/// the same program runs on the framework's own WebSockets.</summary>
public static class GraphQLServer
{
    public const string Subprotocol = "graphql-transport-ws";

    public static Task Main(string[] args) => Build(args).RunAsync();

    /// <param name="configure">What a test adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        bool onCierre = !builder.Configuration.GetValue<bool>("Framework");
        if (onCierre) builder.Services.AddCierre();
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        // The one line.
        if (onCierre) app.UseCierreWebSockets();
        else app.UseWebSockets();
        app.MapGet("/segments", context => ServeAsync(context, socket => new SegmentSocket(socket)));
        app.MapGet("/pieces", context => ServeAsync(context, socket => new PieceSocket(socket, context.RequestAborted)));
        return app;
    }

    private static async Task ServeAsync(HttpContext context, Func<WebSocket, IGraphQLSocket> use)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(Subprotocol);
        await new Session(use(socket)).RunAsync();
    }
}
