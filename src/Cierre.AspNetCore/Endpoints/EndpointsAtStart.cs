using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Has the endpoints built before the server listens, where one of ours is among them: a route value that its pattern does not have, or an endpoint
/// that cannot be detached, is then an error of the start, and not of the first request.</summary>
internal sealed class EndpointsAtStart : IStartupFilter
{
    /// <summary>Whether there is such an endpoint.</summary>
    public bool HasOurs { get; set; }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (HasOurs) _ = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
    };
}
