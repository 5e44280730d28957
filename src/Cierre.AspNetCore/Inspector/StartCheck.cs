using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Lets no host start whose inspector is open to all. It looks when the pipeline is built: all endpoints and their conventions are there, and the
/// server does not listen yet.</summary>
internal sealed class StartCheck(MappedInspectors mapped, IHostEnvironment environment) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (mapped.Any && !environment.IsDevelopment()) Check(app.ApplicationServices);
    };

    private static void Check(IServiceProvider services)
    {
        foreach (Endpoint endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            EndpointMetadataCollection metadata = endpoint.Metadata;
            if (metadata.GetMetadata<InspectorMetadata>() is not { Options.AuthorizationCheck: null }) continue;
            // Nothing waits for this thread, and the framework's own provider answers at once.
            if (!PolicyRule.IsDecidedAsync(metadata, services).AsTask().GetAwaiter().GetResult())
            {
                throw new InvalidOperationException(PolicyRule.HowToHaveOne((endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "?"));
            }
        }
    }
}
