namespace Cierre;

/// <summary>Names what the library measures and traces, for <c>AddMeter</c>, <c>AddSource</c> and every other listener of .NET's meters and activity
/// sources.</summary>
public static class CierreTelemetry
{
    /// <summary>The name of the meter: durations of handshakes, closes, messages and queues of all connections of the process.</summary>
    public const string MeterName = "Cierre";

    /// <summary>The name of the activity source: one span for each connection, with the close as its end.</summary>
    public const string ActivitySourceName = "Cierre";
}
