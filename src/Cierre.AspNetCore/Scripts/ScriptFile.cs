using System.Security.Cryptography;
using Cierre.AspNetCore.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Scripts;

/// <summary>A module for browsers, which is part of the assembly. A browser keeps it, and asks each time whether it is still the same.</summary>
/// <remarks>RFC 9110 8.8.3, 13.1.2. The tag is a hash of the bytes, so all servers of one version of the package agree on it.</remarks>
internal sealed class ScriptFile(string name)
{
    private readonly EntityTagHeaderValue _tag = TagOf(name);

    public Task SendAsync(HttpContext context)
    {
        ResponseHeaders headers = context.Response.GetTypedHeaders();
        headers.ETag = _tag;
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        if (!context.Request.GetTypedHeaders().IfNoneMatch.Any(IsOurs)) return EmbeddedFile.SendAsync(context, name);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private bool IsOurs(EntityTagHeaderValue known) => known.Equals(EntityTagHeaderValue.Any) || known.Compare(_tag, useStrongComparison: false);

    private static EntityTagHeaderValue TagOf(string name)
    {
        using Stream file = EmbeddedFile.Open(name);
        return new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 16))}\"");
    }
}
