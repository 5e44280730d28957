using System.Net;
using Cierre.AspNetCore.Inspector;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

/// <summary>Which page a request comes from, and under which name.</summary>
public class SiteRuleTests
{
    [Theory]
    [InlineData("localhost:5000", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1:80", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("ops.example.org", true)]
    [InlineData("OPS.example.org:8443", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("ops.example.org.evil.example", false)]
    [InlineData("127.1", false)]
    [InlineData("0x7f.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.168.1.7", false)]
    [InlineData("localhost.", false)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("xn--bcher-kva.example:8443", true)]
    [InlineData("xn--99999999999", false)]
    [InlineData("", false)]
    public void Host_is_one_that_is_known(string host, bool isKnown)
    {
        string? fault = new SiteRule(Options()).FaultOf(Request("GET", host), isPage: false);
        Assert.Equal(isKnown, fault is null);
        if (!isKnown) Assert.Contains("WebSocketInspectorOptions.AllowedHosts", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "", "", true)]
    [InlineData("GET", "http://localhost:5000", "same-origin", true)]
    [InlineData("GET", "", "none", true)]
    [InlineData("GET", "http://localhost:5001", "", false)]
    [InlineData("GET", "https://localhost:5000", "", false)]
    [InlineData("GET", "null", "", false)]
    [InlineData("GET", "http://evil.example", "", false)]
    [InlineData("GET", "", "cross-site", false)]
    [InlineData("GET", "", "same-site", false)]
    [InlineData("GET", "http://localhost:5000", "cross-site", false)]
    [InlineData("GET", "https://ops.example.org", "cross-site", true)]
    [InlineData("POST", "", "", false)]
    [InlineData("POST", "", "same-origin", false)]
    [InlineData("POST", "http://localhost:5000", "none", false)]
    [InlineData("POST", "http://localhost:5000", "", true)]
    [InlineData("POST", "http://localhost:5000", "same-origin", true)]
    [InlineData("POST", "http://evil.example", "cross-site", false)]
    [InlineData("POST", "https://ops.example.org", "cross-site", true)]
    public void Request_is_from_the_same_origin_or_from_one_that_is_listed(string method, string origin, string site, bool isAllowed)
    {
        HttpRequest request = Request(method, "localhost:5000");
        if (origin.Length > 0) request.Headers.Origin = origin;
        if (site.Length > 0) request.Headers["Sec-Fetch-Site"] = site;
        Assert.Equal(isAllowed, new SiteRule(Options()).FaultOf(request, isPage: false) is null);
    }

    [Fact]
    public void Name_of_another_alphabet_is_of_one_origin_with_itself()
    {
        HttpRequest request = Request("POST", "xn--bcher-kva.example:5000");
        request.Headers.Origin = "http://xn--bcher-kva.example:5000";
        Assert.Null(new SiteRule(Options()).FaultOf(request, isPage: false));
    }

    [Theory]
    [InlineData("https://ops.example.org")]
    [InlineData("ops.example.org:8443")]
    [InlineData("ops.example.org/")]
    [InlineData("*.example.org, other")]
    [InlineData("")]
    public void Name_that_no_host_has_is_refused_when_the_inspector_is_mapped(string host)
    {
        var options = new WebSocketInspectorOptions();
        options.AllowedHosts.Add(host);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new SiteRule(options));
        Assert.Contains("WebSocketInspectorOptions.AllowedHosts", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "navigate", "document", true)]
    [InlineData(false, "navigate", "document", false)]
    [InlineData(true, "navigate", "iframe", false)]
    [InlineData(true, "no-cors", "document", false)]
    public void Link_from_anywhere_leads_to_the_page_and_to_nothing_else(bool isPage, string mode, string destination, bool isAllowed)
    {
        HttpRequest request = Request("GET", "localhost:5000");
        (request.Headers["Sec-Fetch-Site"], request.Headers["Sec-Fetch-Mode"], request.Headers["Sec-Fetch-Dest"]) = ("cross-site", mode, destination);
        Assert.Equal(isAllowed, new SiteRule(Options()).FaultOf(request, isPage) is null);
    }

    [Fact]
    public async Task Name_that_was_pointed_here_gets_nothing()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        // To the browser page and server are of one origin.
        (string, string)[] rebound = [("Host", $"evil.example:{server.Url.Port}"), ("Origin", $"http://evil.example:{server.Url.Port}"), ("Sec-Fetch-Site", "same-origin")];
        foreach (string path in new[] { "/_ws/", "/_ws/inspector.js", "/_ws/connections", "/_ws/closes" })
        {
            using HttpResponseMessage answer = await server.GetAsync(path, rebound);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("\"evil.example\"", await answer.TextAsync(), StringComparison.Ordinal);
        }

        using HttpResponseMessage close = await server.AskAsync(HttpMethod.Post, "/_ws/close", """{"ids":[1],"code":4000}""", rebound);
        Assert.Equal(HttpStatusCode.Forbidden, close.StatusCode);
    }

    [Theory]
    [InlineData("Host: evil.example")]
    [InlineData("Origin: http://evil.example")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    public async Task Live_feed_is_held_to_the_same(string header)
    {
        await using TestServer server = await InspectorRig.StartAsync();
        WebSocketClientOptions options = server.ClientOptions();
        options.Headers.Add(new(header.Split(": ")[0], header.Split(": ")[1]));
        var refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(options, "/_ws/live"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Record.HttpStatus);
        Assert.Contains("WebSocketInspectorOptions.", System.Text.Encoding.UTF8.GetString(refused.Record.HttpRefusal!.Body.Span), StringComparison.Ordinal);
    }

    private static WebSocketInspectorOptions Options()
    {
        var options = new WebSocketInspectorOptions();
        options.AllowedHosts.Add("ops.example.org");
        options.AllowedHosts.Add("BÜCHER.example");
        options.AllowedOrigins.Add("https://ops.example.org");
        return options;
    }

    private static HttpRequest Request(string method, string host)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        (request.Method, request.Scheme, request.Host) = (method, "http", new HostString(host));
        return request;
    }
}
