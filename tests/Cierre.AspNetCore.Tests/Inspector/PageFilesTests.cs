using System.Net;
using System.Text.RegularExpressions;
using Cierre.AspNetCore.Inspector;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public partial class PageFilesTests
{
    [Fact]
    public async Task Page_is_served_under_a_policy_that_runs_its_own_files_only()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        foreach (string path in (string[])["/_ws/", .. PageFiles.Names.Select(name => "/_ws/" + name)])
        {
            using HttpResponseMessage answer = await server.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            string policy = Header(answer, "Content-Security-Policy");
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal(("no-store", "nosniff", "DENY"), (Header(answer, "Cache-Control"), Header(answer, "X-Content-Type-Options"), Header(answer, "X-Frame-Options")));
        }
    }

    [Fact]
    public async Task Address_without_its_slash_leads_to_the_page()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false });
        using HttpResponseMessage answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/_ws?lang=es")), TestContext.Current.CancellationToken).Soon();
        Assert.Equal((HttpStatusCode.Redirect, "./_ws/?lang=es"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Page_asks_for_nothing_that_is_not_served_and_has_no_script_of_its_own_inside()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        using HttpResponseMessage answer = await server.GetAsync("/_ws/");
        string html = await answer.TextAsync();
        string[] asked = [.. Reference().Matches(html).Select(match => match.Groups[1].Value).Where(target => target[0] != '#')];
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(PageFiles.Names));
        Assert.DoesNotMatch(InlineScript(), html);
        foreach (string name in PageFiles.Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal)))
        {
            using HttpResponseMessage module = await server.GetAsync("/_ws/" + name);
            string source = await module.TextAsync();
            Assert.Empty(Import().Matches(source).Select(match => match.Groups[1].Value).Except(PageFiles.Names));
            // What peers wrote is text and never markup.
            Assert.DoesNotMatch(Markup(), source);
        }
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<script(?![^>]*src=)|\\son[a-z]+=|style=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex("from \"\\./([^\"]+)\"")]
    private static partial Regex Import();

    [GeneratedRegex("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function")]
    private static partial Regex Markup();

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}
