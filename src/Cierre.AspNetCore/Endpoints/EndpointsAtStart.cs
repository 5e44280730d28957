using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Has the endpoints built before the server listens, where a delegate is among them: a route value that its pattern does not have is then an error of
/// the start, and not of the first request.</summary>
internal sealed class EndpointsAtStart : IStartupFilter
{
    /// <summary>Whether there is such an endpoint.</summary>
    public bool HasDelegates { get; set; }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (HasDelegates) _ = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
    };
}
