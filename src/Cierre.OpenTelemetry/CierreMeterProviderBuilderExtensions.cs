using Cierre;

// Where the registration of every instrumentation is.
namespace OpenTelemetry.Metrics;

/// <summary>Adds Cierre's metrics to OpenTelemetry.</summary>
public static class CierreMeterProviderBuilderExtensions
{
    /// <summary>Collects the metrics of all WebSocket connections of the process, clients and servers: the meter <c>Cierre</c>.</summary>
    /// <param name="builder">The provider's builder.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">The builder is null.</exception>
    public static MeterProviderBuilder AddCierreInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(CierreTelemetry.MeterName);
    }
}
