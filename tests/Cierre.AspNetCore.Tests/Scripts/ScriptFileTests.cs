using Cierre.AspNetCore.Scripts;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests.Scripts;

public class ScriptFileTests
{
    private static readonly ScriptFile Module = new("Cierre.AspNetCore.Scripts.cierre-resume.js");

    [Theory]
    [InlineData(null, 200)]
    [InlineData("\"another\"", 200)]
    [InlineData("no tag", 200)]
    [InlineData("TAG", 304)]
    [InlineData("\"another\", TAG", 304)]
    [InlineData("W/TAG", 304)]
    [InlineData("*", 304)]
    public async Task Browser_that_has_it_is_told_so(string? known, int status)
    {
        string tag = (await AskAsync(null)).Response.Headers.ETag!;
        DefaultHttpContext context = await AskAsync(known?.Replace("TAG", tag, StringComparison.Ordinal));
        Assert.Equal((status, tag, "no-cache"), (context.Response.StatusCode, $"{context.Response.Headers.ETag}", $"{context.Response.Headers.CacheControl}"));
        Assert.Equal(status == 200, context.Response.Body.Length > 0);
    }

    private static async Task<DefaultHttpContext> AskAsync(string? known)
    {
        var context = new DefaultHttpContext { Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };
        if (known is not null) context.Request.Headers.IfNoneMatch = known;
        await Module.SendAsync(context);
        return context;
    }
}
