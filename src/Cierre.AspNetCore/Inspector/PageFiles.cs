using Cierre.AspNetCore.Files;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Inspector;

/// <summary>The page's files, which are part of the assembly.</summary>
internal static class PageFiles
{
    private const string Folder = "Cierre.AspNetCore.Inspector.Page.";
    private const string Index = "index.html";

    /// <summary>What the page asks for: styles and modules.</summary>
    public static IEnumerable<string> Names => EmbeddedFile.NamesBelow(Folder).Where(name => name != Index);

    /// <summary>The page names its files relative to itself, so its address must end in a slash.</summary>
    public static Task Page(HttpContext context)
    {
        string path = context.Request.Path.ToUriComponent();
        if (path.EndsWith('/')) return EmbeddedFile.SendAsync(context, Folder + Index);
        // Relative, and with a dot before it: whatever stands in the path, it leads nowhere else.
        context.Response.Redirect($"./{path[(path.LastIndexOf('/') + 1)..]}/{context.Request.QueryString}");
        return Task.CompletedTask;
    }

    public static RequestDelegate File(string name) => context => EmbeddedFile.SendAsync(context, Folder + name);
}
