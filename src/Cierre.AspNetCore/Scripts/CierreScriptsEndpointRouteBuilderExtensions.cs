using System.Diagnostics.CodeAnalysis;
using Cierre.AspNetCore.Scripts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what pages need of Cierre: the client of <c>WithResume</c>.</summary>
public static class CierreScriptsEndpointRouteBuilderExtensions
{
    private const string Folder = "Cierre.AspNetCore.Scripts.";

    // Not found by looking into the assembly: what is public is named.
    private static readonly string[] Names = ["cierre-resume.js"];

    /// <summary>Serves the module <c>cierre-resume.js</c>, the client for browsers of an endpoint that is mapped <c>WithResume</c>:
    /// <c>import { ResumableWebSocket } from "/cierre/cierre-resume.js"</c>.</summary>
    /// <remarks>
    /// <para>It is the one of the npm package <c>cierre-resume</c> of the same version, at most 6 KiB, and needs nothing else. Browsers keep it and ask each
    /// time whether it has changed, so that page and server are of one version.</para>
    /// <para>A fallback policy of the application's authorization holds for it too; <c>AllowAnonymous()</c> on what this returns excepts it.</para>
    /// </remarks>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="prefix">Below which path; default <c>/cierre</c>.</param>
    /// <returns>A builder for authorization, CORS and so on.</returns>
    public static IEndpointConventionBuilder MapCierreScripts(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/cierre")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        foreach (string name in Names) group.MapMethods(name, [HttpMethods.Get, HttpMethods.Head], new ScriptFile(Folder + name).SendAsync);
        return group;
    }
}
