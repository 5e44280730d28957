using Microsoft.AspNetCore.SignalR;

namespace Cierre.Samples.SignalR;

/// <summary>A SignalR server. With <c>--Framework true</c> the same program runs on the framework's own WebSockets.</summary>
public static class ChatServer
{
    public static Task Main(string[] args) => Build(args).RunAsync();

    /// <param name="configure">What a test adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton<Rooms>();
        builder.Services.AddSignalR(options =>
        {
            options.MaximumReceiveMessageSize = 4 * 1024 * 1024;
            options.AddFilter<Lobby>();
        }).AddMessagePackProtocol();
        bool onCierre = !builder.Configuration.GetValue<bool>("Framework");
        if (onCierre) builder.Services.AddCierre();
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        // The one line.
        if (onCierre) app.UseCierreWebSockets();
        app.MapHub<Chat>("/chat", options => options.AllowStatefulReconnects = true);
        app.MapGet("/", () => Results.Content("<!doctype html><title>Chat</title>", "text/html"));
        return app;
    }
}
