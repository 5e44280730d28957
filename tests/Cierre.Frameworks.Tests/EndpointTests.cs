using System.Net.WebSockets;
using Cierre.AspNetCore.Tests;
using Cierre.Frameworks.Tests.SignalR;
using Cierre.Samples.Blazor.Components;
using Cierre.Samples.SignalR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>The other one line: at the endpoint of a framework, with options of its own, and nothing in the pipeline.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task Hub_has_options_of_its_own()
    {
        await using RunningSample sample = await StartAsync(app => app.MapHub<Chat>("/chat").UseCierre(options => options.MaxMessageSize = 20_000));
        await using ChatClient chat = await ChatClient.StartAsync(sample.Url);
        Assert.StartsWith("Cierre ", await chat.Hub.InvokeAsync<string>("Carrier").Soon(), StringComparison.Ordinal);
        Task call = chat.Hub.InvokeAsync<string>("Echo", new string('x', 30_000));
        Assert.Equal("reconnecting: Websocket closed with error: MessageTooBig.", await chat.NextAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => call.Soon());
        await sample.LoggedAsync("is over the limit of 20000");
    }

    [Fact]
    public async Task Hub_of_Blazor_is_an_endpoint_too()
    {
        await using RunningSample sample = await StartAsync(app =>
        {
            app.UseAntiforgery();
            app.MapRazorComponents<App>().AddInteractiveServerRenderMode().UseCierre();
        });
        var compressing = new WebSocketClientOptions { Compression = new DeflateOptions() };
        using WebSocket socket = await CierreSockets.ConnectAsync(sample.WebSocketUrl("/_blazor"), compressing).Soon();
        await Waits.Until(() => sample.Server.Connections.Count == 1, "the connection");
        Assert.Equal("/_blazor", sample.Server.Connections.Single().Endpoint.TrimEnd('/'));
        // As Blazor asks for it, through the feature that it wraps.
        Assert.StartsWith("permessage-deflate", socket.GetCierre()!.Extensions, StringComparison.Ordinal);
    }

    private static Task<RunningSample> StartAsync(Action<WebApplication> map) => RunningSample.StartAsync((args, configure) =>
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSignalR();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddSingleton<Rooms>();
        builder.Services.AddCierre();
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        map(app);
        return app;
    }, Stack.Cierre);
}
