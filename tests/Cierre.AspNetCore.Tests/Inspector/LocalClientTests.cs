using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

/// <summary>Without a policy, in Development, a client behind a proxy is no local one, however the application calls the proxy's headers.</summary>
public class LocalClientTests
{
    public static TheoryData<string, Action<ForwardedHeadersOptions>> Renamed => new()
    {
        { "X-My-For", options => options.ForwardedForHeaderName = "X-My-For" },
        { "X-My-Host", options => options.ForwardedHostHeaderName = "X-My-Host" },
        { "X-My-Proto", options => options.ForwardedProtoHeaderName = "X-My-Proto" },
        { "X-My-Prefix", options => options.ForwardedPrefixHeaderName = "X-My-Prefix" },
        { "X-Was-For", options => options.OriginalForHeaderName = "X-Was-For" },
        { "X-Was-Host", options => options.OriginalHostHeaderName = "X-Was-Host" },
        { "X-Was-Proto", options => options.OriginalProtoHeaderName = "X-Was-Proto" },
        { "X-Was-Prefix", options => options.OriginalPrefixHeaderName = "X-Was-Prefix" },
    };

    [Theory]
    [MemberData(nameof(Renamed))]
    public async Task Renamed_header_of_a_proxy_is_a_trace_of_one(string name, Action<ForwardedHeadersOptions> rename)
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocketInspector(), rename);
        Assert.Equal((200, 403, 403), (await StatusAsync(server), await StatusAsync(server, (name, "x")), await StatusAsync(server, ("X-Forwarded-For", "x"))));
    }

    /// <summary>The middleware takes the header away, and keeps what was there under a name that may be another too.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Address_that_a_client_claims_under_a_renamed_header_makes_nobody_local(bool isConfigured)
    {
        static void Rename(ForwardedHeadersOptions options)
        {
            options.ForwardedHeaders = ForwardedHeaders.All;
            (options.ForwardedForHeaderName, options.OriginalForHeaderName) = ("X-My-For", "X-Was-For");
        }

        await using TestServer server = await StartAsync(
            app =>
            {
                var own = new ForwardedHeadersOptions();
                Rename(own);
                if (isConfigured) app.UseForwardedHeaders();
                else app.UseForwardedHeaders(own);
                app.MapGet("/who", (HttpContext context) => context.Connection.RemoteIpAddress!.ToString());
                app.MapWebSocketInspector();
            },
            isConfigured ? Rename : null);
        using (HttpResponseMessage who = await server.GetAsync("/who", ("X-My-For", "::1"))) Assert.Equal("::1", await who.TextAsync());
        foreach (string claimed in (string[])["127.0.0.1", "::1", "127.0.0.1:80", "[::1]:80", "198.51.100.7"]) Assert.Equal(403, await StatusAsync(server, ("X-My-For", claimed)));
        Assert.Equal(200, await StatusAsync(server));
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 403)]
    public async Task Port_that_is_not_the_socket_s_is_another_s(bool isTheSocket, int status)
    {
        await using TestServer server = await StartAsync(app =>
        {
            app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.IPv6Loopback;
                if (!isTheSocket) context.Connection.RemotePort ^= 1;
                return next(context);
            });
            app.MapWebSocketInspector();
        });
        Assert.Equal(status, await StatusAsync(server));
    }

    private static Task<TestServer> StartAsync(Action<WebApplication> map, Action<ForwardedHeadersOptions>? configure = null) => InspectorRig.StartAsync(
        environment: "Development",
        services: services =>
        {
            if (configure is not null) services.Configure(configure);
        },
        map: map);

    private static async Task<int> StatusAsync(TestServer server, params (string, string)[] headers)
    {
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", headers);
        return (int)answer.StatusCode;
    }
}
