using System.Net;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Cierre.AspNetCore.Tests.Scripts;

public class CierreScriptsEndpointRouteBuilderExtensionsTests
{
    [Theory]
    [InlineData(null, "/cierre/cierre-resume.js")]
    [InlineData("/assets/ws", "/assets/ws/cierre-resume.js")]
    [InlineData("", "/cierre-resume.js")]
    public async Task Module_is_served_as_the_package_has_it(string? prefix, string path)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, TestServer.EchoAsync, map: app => _ = prefix is null ? app.MapCierreScripts() : app.MapCierreScripts(prefix));
        using HttpResponseMessage answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl(path)));
        Assert.Equal((HttpStatusCode.OK, "text/javascript; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(RepoRoot.Directory, "js", "cierre-resume", "dist", "cierre-resume.js"), TestContext.Current.CancellationToken),
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        var again = new HttpRequestMessage(HttpMethod.Get, server.HttpUrl(path)) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        using HttpResponseMessage same = await server.SendAsync(again);
        Assert.Equal((HttpStatusCode.NotModified, true), (same.StatusCode, same.Headers.CacheControl!.NoCache));

        using HttpResponseMessage head = await server.SendAsync(new HttpRequestMessage(HttpMethod.Head, server.HttpUrl(path)));
        Assert.Equal((HttpStatusCode.OK, answer.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Nothing_else_of_the_assembly_is_served()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapCierreScripts());
        foreach (string path in (string[])["/cierre/", "/cierre/index.html", "/cierre/../Inspector.Page.index.html"])
        {
            using HttpResponseMessage answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl(path)));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }
}
