using System.Net.WebSockets;
using StreamJsonRpc;

namespace Cierre.Samples.StreamJsonRpc;

/// <summary>A JSON-RPC server that its clients call, and that calls its clients. With <c>--Framework true</c> the same program runs on the framework's own
/// WebSockets.</summary>
public static class RpcServer
{
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
        app.MapGet("/rpc", async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            using var rpc = new JsonRpc(new WebSocketMessageHandler(socket));
            rpc.AddLocalRpcTarget(new Calculator(rpc));
            rpc.StartListening();
            await rpc.Completion;
        });
        return app;
    }

    /// <summary>What clients call.</summary>
    public sealed class Calculator(JsonRpc caller)
    {
        public int Add(int one, int other) => one + other;

        public string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

        /// <summary>Asks the caller back, in the middle of its call.</summary>
        public Task<string> AskBackAsync(string question) => caller.InvokeAsync<string>("Answer", question);
    }
}
