using Cierre.AspNetCore.Files;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests.Files;

public class EmbeddedFileTests
{
    private const string Folder = "Cierre.AspNetCore.Inspector.Page.";

    [Fact]
    public void Files_are_found_by_their_folder() => Assert.Contains("index.html", EmbeddedFile.NamesBelow(Folder));

    [Theory]
    [InlineData("index.html", "text/html; charset=utf-8")]
    [InlineData("inspector.css", "text/css; charset=utf-8")]
    [InlineData("inspector.js", "text/javascript; charset=utf-8")]
    public async Task File_is_sent_with_its_type_and_length(string name, string type)
    {
        var context = new DefaultHttpContext { Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };
        await EmbeddedFile.SendAsync(context, Folder + name);
        Assert.Equal((type, context.Response.Body.Length), (context.Response.ContentType, context.Response.ContentLength));
        Assert.NotEqual(0, context.Response.ContentLength);
    }

    [Fact]
    public async Task Whoever_asks_for_the_head_gets_no_more()
    {
        var context = new DefaultHttpContext { Request = { Method = "HEAD" }, Response = { Body = new MemoryStream() } };
        await EmbeddedFile.SendAsync(context, Folder + "index.html");
        Assert.Equal(0, context.Response.Body.Length);
        Assert.NotEqual(0, context.Response.ContentLength);
    }
}
