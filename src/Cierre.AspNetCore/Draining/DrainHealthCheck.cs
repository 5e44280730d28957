using Cierre.AspNetCore.Admission;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cierre.AspNetCore.Draining;

/// <summary>Not ready while the server drains: a load balancer should send new clients elsewhere.</summary>
internal sealed class DrainHealthCheck(DrainGate? gate, WebSocketRoster? connections) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (gate is null || connections is null)
        {
            return Task.FromResult(new HealthCheckResult(
                context.Registration.FailureStatus, "Nothing is known of WebSocket connections, because Cierre's services are missing: " +
                    "call builder.Services.AddCierre() before building the application."));
        }

        var data = new Dictionary<string, object> { ["connections"] = connections.Count };
        return Task.FromResult(gate.IsClosed
            ? new HealthCheckResult(context.Registration.FailureStatus, "The server drains its WebSocket connections and takes no new ones.", data: data)
            : HealthCheckResult.Healthy("The server takes WebSocket connections.", data));
    }
}
