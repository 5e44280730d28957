using Cierre;

// Where the registration of every instrumentation is.
namespace OpenTelemetry.Trace;

/// <summary>Adds Cierre's traces to OpenTelemetry.</summary>
public static class CierreTracerProviderBuilderExtensions
{
    /// <summary>Collects a span for each WebSocket connection, with its close as the end: the source <c>Cierre</c>.</summary>
    /// <param name="builder">The provider's builder.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">The builder is null.</exception>
    public static TracerProviderBuilder AddCierreInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(CierreTelemetry.ActivitySourceName);
    }
}
