using Cierre.Tool.Gateway;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace Cierre.Tool.Tests.Gateway;

public sealed class UpstreamUrlTests
{
    [Theory]
    [InlineData("/", "/base/?q=1")]
    [InlineData("/a/b%2Fc", "/base/a/b%2Fc?q=1")]
    [InlineData("/a?x=%zz&y=[{|}]", "/base/a?x=%zz&y=[{|}]")]
    [InlineData("//a/../b", "/base//a/../b?q=1")]
    [InlineData("/.", "/base/.?q=1")]
    // What HTTP/2 carries, and partly Kestrel's HTTP/1.1, has no place in a request line.
    [InlineData("/a b", "/base/a%20b?q=1")]
    [InlineData("/a?b c", "/base/a?b%20c")]
    [InlineData("/a#b", "/base/a%23b?q=1")]
    [InlineData("/a?b#c?", "/base/a?b%23c?")]
    [InlineData("/\u00fc?\u2028\ud83d\ude00", "/base/%C3%BC?%E2%80%A8%F0%9F%98%80")]
    [InlineData("/a\tb?\u0001\u007f", "/base/a%09b?%01%7F")]
    [InlineData("/ HTTP/1.1\r\nX: y", "/base/%20HTTP/1.1%0D%0AX:%20y?q=1")]
    public void Target_goes_behind_the_upstream_s_path_as_it_can_be_sent(string target, string pathAndQuery)
    {
        Uri url = UpstreamUrl.Of(Asking(target), new Uri("ws://h:81/base/?q=1"));
        Assert.Equal((pathAndQuery, "h", 81, ""), (url.PathAndQuery, url.Host, url.Port, url.Fragment));
    }

    [Theory]
    [InlineData("ws://[fe80::1%25eth0]:81/", "fe80::1%25eth0")]
    [InlineData("wss://u:p@[fe80::1%eth0]/", "fe80::1%eth0")]
    [InlineData("http://[fe80::1%2513]/", "fe80::1%2513")]
    [InlineData("ws://[::1]:9/", "::1")]
    [InlineData("ws://m\u00fcnchen.example/", "xn--mnchen-3ya.example")]
    public void Zone_and_all_else_of_the_upstream_s_authority_stay(string upstream, string host)
    {
        var given = new Uri(upstream);
        foreach (string target in (string[])["/", "/a"])
        {
            Uri url = UpstreamUrl.Of(Asking(target), given);
            Assert.Equal((host, given.Scheme, given.Port, given.UserInfo, target), (url.IdnHost, url.Scheme, url.Port, url.UserInfo, url.PathAndQuery));
        }
    }

    [Fact]
    public void Request_for_a_whole_URL_passes_its_path_and_query()
    {
        HttpContext context = Asking("http://gateway/a%20b?c");
        (context.Request.Path, context.Request.QueryString) = ("/a b", new QueryString("?c"));
        Assert.Equal("ws://h/a%20b?c", UpstreamUrl.Of(context, new Uri("ws://h/")).AbsoluteUri);
    }

    private static DefaultHttpContext Asking(string rawTarget)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = rawTarget;
        // Only where the target is no path is this read.
        (context.Request.Path, context.Request.QueryString) = (rawTarget == "/" ? "/" : "/unread", default);
        return context;
    }
}
