using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Tests.Inspector;

/// <summary>An application with an echo at / and an inspector at /_ws, and what a page asks it.</summary>
internal static class InspectorRig
{
    public const string Production = "Production";

    /// <param name="options">Null: the inspector has a guard of its own, which lets everybody in.</param>
    public static Task<TestServer> StartAsync(
        Action<WebSocketInspectorOptions>? options = null,
        string environment = Production,
        Action<IEndpointConventionBuilder>? conventions = null,
        Action<WebSocketEndpointOptions>? endpoint = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null) => TestServer.StartAsync(
        Carrier.Http1,
        TestServer.EchoAsync,
        endpoint,
        builder => services?.Invoke(builder.Services),
        map ?? (app =>
        {
            IEndpointConventionBuilder inspector = app.MapWebSocketInspector("/_ws", options ?? (o => o.AuthorizationCheck = _ => ValueTask.FromResult(true)));
            conventions?.Invoke(inspector);
        }),
        environment: environment);

    public static void AddUsers(IServiceCollection services)
    {
        services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, UserByHeader>("header", null);
        services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireUserName("admin"));
    }

    public static Task<HttpResponseMessage> GetAsync(this TestServer server, string path, params (string Name, string Value)[] headers) => server.AskAsync(HttpMethod.Get, path, null, headers);

    public static async Task<JsonElement> JsonAsync(this TestServer server, string path, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await server.GetAsync(path, headers);
        return await response.ReadJsonAsync();
    }

    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync().Soon()).RootElement;

    /// <summary>As the inspector's own page does.</summary>
    public static Task<HttpResponseMessage> PostCloseAsync(this TestServer server, string json, params (string Name, string Value)[] headers) =>
        server.AskAsync(HttpMethod.Post, "/_ws/close", json, [("Origin", server.HttpUrl("/").GetLeftPart(UriPartial.Authority)), .. headers]);

    public static Task<HttpResponseMessage> AskAsync(this TestServer server, HttpMethod method, string path, string? json, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, server.HttpUrl(path));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return server.SendAsync(request);
    }

    public static async Task<string> TextAsync(this HttpResponseMessage response) => await response.Content.ReadAsStringAsync().Soon();

    public static OpenConnection Shown(this TestServer server) => server.Services.GetRequiredService<WebSocketServer>().Connections.Single(entry => entry.Endpoint == "/");

    /// <summary>Connects to the echo; the connection is in the roster, and has answered once.</summary>
    public static async Task<WebSocketConnection> EchoClientAsync(this TestServer server)
    {
        WebSocketConnection client = await server.ConnectAsync();
        await client.EchoAsync("first");
        return client;
    }

    public static async Task EchoAsync(this WebSocketConnection client, string text)
    {
        await client.SendAsync(text);
        await client.ReceiveAsync().Soon();
    }

    public static Task<WebSocketConnection> ViewerAsync(this TestServer server, string query = "") => server.ConnectAsync(path: "/_ws/live" + query);

    /// <summary>The next message of a type; what else the feed says is passed over.</summary>
    public static async Task<JsonElement> NextAsync(this WebSocketConnection viewer, string type, Func<JsonElement, bool>? wanted = null)
    {
        while (await viewer.ReceiveAsync().Soon() is { } message)
        {
            JsonElement seen = JsonDocument.Parse(message.GetText()).RootElement;
            if (seen.GetProperty("type").GetString() == type && wanted?.Invoke(seen) != false) return seen;
        }

        throw new InvalidDataException($"The feed ended before {type}: {await viewer.Closed}");
    }
}
