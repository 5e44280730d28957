using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Files;

/// <summary>Files that are part of the assembly, and are sent as they are.</summary>
internal static class EmbeddedFile
{
    private static readonly Assembly Here = typeof(EmbeddedFile).Assembly;

    /// <summary>The names of the files below a folder, without it.</summary>
    /// <param name="folder">What their names begin with, the dot included.</param>
    public static IEnumerable<string> NamesBelow(string folder) =>
        Here.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Select(name => name[folder.Length..]);

    public static Stream Open(string name) => Here.GetManifestResourceStream(name)!;

    public static async Task SendAsync(HttpContext context, string name)
    {
        Stream file = Open(name);
        await using ConfiguredAsyncDisposable end = file.ConfigureAwait(false);
        context.Response.ContentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            _ => "text/javascript; charset=utf-8",
        };
        context.Response.ContentLength = file.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
