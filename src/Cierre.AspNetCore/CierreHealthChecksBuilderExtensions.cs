using Cierre;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Draining;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Cierre's health check.</summary>
public static class CierreHealthChecksBuilderExtensions
{
    /// <summary>Adds a readiness check that fails while the server drains its WebSocket connections, and afterwards, until
    /// <see cref="WebSocketServer.EndDrain"/>.</summary>
    /// <remarks>Meant for readiness, not for liveness: a server that drains works as it should. Its data has the number of open <c>connections</c>. Without
    /// <see cref="CierreServiceCollectionExtensions.AddCierre(IServiceCollection)"/> there is nothing to report on: the check then fails, and says
    /// so.</remarks>
    /// <param name="builder">What <c>AddHealthChecks</c> returned.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What a drain is reported as; null: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by; null: <c>ready</c>.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddCierre(this IHealthChecksBuilder builder, string name = "cierre", HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, services => new DrainHealthCheck(services.GetService<DrainGate>(), services.GetService<WebSocketRoster>()), failureStatus,
            tags ?? ["ready"]));
    }
}
