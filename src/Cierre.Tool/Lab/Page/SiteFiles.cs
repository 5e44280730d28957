using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.Tool.Lab.Page;

/// <summary>The files of the page. They are part of the tool and hold no secret, so that only the page itself, at <c>/</c>, needs the token.</summary>
internal static class SiteFiles
{
    private const string Prefix = "site/";

    // No inline scripts or styles; sockets only to this machine, where all servers of the lab are; frames only of our own, for a page that goes away.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://127.0.0.1:* wss://127.0.0.1:*; frame-src 'self'; " +
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

    private static readonly Dictionary<string, byte[]> Files = Read();

    public static bool IsPublic(PathString path) => path.Value is { Length: > 1 } file && Files.ContainsKey(file[1..]);

    public static void Map(IApplicationBuilder app) => app.Use(ServeAsync);

    private static Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        string name = context.Request.Path.Value is "/" ? "index.html" : context.Request.Path.Value?.TrimStart('/') ?? "";
        if (!HttpMethods.IsGet(context.Request.Method) || !Files.TryGetValue(name, out byte[]? content)) return next(context);
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        context.Response.ContentType = TypeOf(name);
        context.Response.ContentLength = content.Length;
        return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"No type for {other}."),
    };

    private static Dictionary<string, byte[]> Read()
    {
        Dictionary<string, byte[]> files = [];
        System.Reflection.Assembly tool = typeof(SiteFiles).Assembly;
        foreach (string name in tool.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream content = tool.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            files.Add(name[Prefix.Length..], bytes);
        }

        return files;
    }
}
