using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A client that follows redirects, over each carrier: an extended CONNECT stays one, whatever the status.</summary>
public sealed class RedirectTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Redirects_are_followed_within_the_origin_with_headers_and_to_another_without(Carrier carrier)
    {
        string? withinTheOrigin = null, elsewhere = null;
        await using TestServer other = await StartAsync(carrier, "/end", "/", value => elsewhere = value);
        await using TestServer server = await StartAsync(carrier, "/begin", "/next", value => withinTheOrigin = value, "/next", new Uri(other.Url, "/end").AbsoluteUri);
        WebSocketClientOptions options = server.ClientOptions();
        options.FollowRedirects = true;
        options.Headers.Add(new("X-Token", "s3cret"));
        await using WebSocketConnection connection = await server.ConnectAsync(options, "/begin").Soon();
        Assert.Equal((other.Url, carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11), (connection.Url, connection.HttpVersion));
        Assert.Equal(("s3cret", ""), (withinTheOrigin, elsewhere));
        await connection.SendAsync("x");
        Assert.Equal("x", (await connection.ReceiveAsync())!.Value.GetText());
        Assert.Equal(1000, (await connection.CloseAsync().Soon()).Code);
    }

    private static Task<TestServer> StartAsync(Carrier carrier, string from, string to, Action<string> seen, string? further = null, string? target = null) => TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        map: app => app.Use((context, next) =>
        {
            if (context.Request.Path != from && context.Request.Path != further) return next(context);
            if (context.Request.Path == further || further is null) seen(context.Request.Headers["X-Token"].ToString());
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = context.Request.Path == from ? to : target;
            return Task.CompletedTask;
        }));
}
