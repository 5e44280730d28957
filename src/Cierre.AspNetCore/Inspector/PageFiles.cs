using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Inspector;

/// <summary>The page's files, which are part of the assembly.</summary>
internal static class PageFiles
{
    private const string Folder = "Cierre.AspNetCore.Inspector.Page.";
    private const string Index = "index.html";

    private static readonly Assembly Here = typeof(PageFiles).Assembly;

    /// <summary>What the page asks for: styles and modules.</summary>
    public static IEnumerable<string> Names => Here.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(name => name[Folder.Length..]).Where(name => name != Index);

    /// <summary>The page names its files relative to itself, so its address must end in a slash.</summary>
    public static Task Page(HttpContext context)
    {
        string path = context.Request.Path.ToUriComponent();
        if (path.EndsWith('/')) return SendAsync(context, Index);
        // Relative, and with a dot before it: whatever stands in the path, it leads nowhere else.
        context.Response.Redirect($"./{path[(path.LastIndexOf('/') + 1)..]}/{context.Request.QueryString}");
        return Task.CompletedTask;
    }

    public static RequestDelegate File(string name) => context => SendAsync(context, name);

    private static async Task SendAsync(HttpContext context, string name)
    {
        Stream file = Here.GetManifestResourceStream(Folder + name)!;
        await using ConfiguredAsyncDisposable end = file.ConfigureAwait(false);
        context.Response.ContentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            _ => "text/javascript; charset=utf-8",
        };
        context.Response.ContentLength = file.Length;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
