using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cierre.Tool.Arguments;
using Cierre.Tool.Output;

namespace Cierre.Tool.Bench;

/// <summary>The run for programs: one object a line, of type second for each second of the measurement, and at last one of type bench. Times are
/// microseconds.</summary>
internal sealed class BenchJson(CultureInfo language) : IBenchReport
{
    public void Opened(BenchSettings settings, int connections, TimeSpan time)
    {
        // The last line has it all.
    }

    public void Second(int second, Meter counted, TimeSpan time, int open) => JsonLines.Write(
        new SecondJson("second", second, counted.Latency.Count, Round(counted.Latency.Count / time.TotalSeconds), LatencyJson.Of(counted.Latency), open),
        BenchJsonContext.Relaxed.SecondJson);

    public void Finished(BenchResult result) => JsonLines.Write(ResultJson.Of(result, language), BenchJsonContext.Relaxed.ResultJson);

    /// <summary>To a tenth: what was measured is not more exact.</summary>
    public static double Round(double value) => Math.Round(value, 1);
}

internal sealed record SecondJson(string Type, int Second, long Messages, double MessagesPerSecond, LatencyJson LatencyUs, int Open);

internal sealed record ResultJson(
    string Type,
    string Url,
    int Connections,
    int Opened,
    double OpeningMs,
    int Size,
    string Kind,
    int Depth,
    long? Rate,
    string Extensions,
    double WarmUpMs,
    double MeasuredMs,
    long Messages,
    double MessagesPerSecond,
    double BytesPerSecond,
    LatencyJson LatencyUs,
    IReadOnlyList<BucketJson> Histogram,
    LatencyJson? SendDelayUs,
    long Unanswered,
    double OldestUnansweredUs,
    long WrongEchoes,
    ServerJson? Server,
    IReadOnlyList<EndJson> Ends,
    bool Ok)
{
    // Within 12 % of the truth, in a line that can still be read.
    private const int BinsPerDecade = 20;

    public static ResultJson Of(BenchResult result, CultureInfo language) => new(
        "bench",
        WebSocketUrl.ToDisplayString(result.Url),
        result.Settings.Connections,
        result.Opened,
        BenchJson.Round(result.Opening.TotalMilliseconds),
        result.Settings.Size,
        result.Settings.Kind.ToString().ToLowerInvariant(),
        result.Settings.Depth,
        result.Settings.Rate,
        result.Extensions,
        result.Settings.WarmUp.TotalMilliseconds,
        BenchJson.Round(result.Measured.TotalMilliseconds),
        result.Messages,
        BenchJson.Round(result.MessagesPerSecond),
        BenchJson.Round(result.BytesPerSecond),
        LatencyJson.Of(result.Latency),
        [.. LatencyBins.Of(result.Latency, BinsPerDecade)
            .Select(bucket => new BucketJson(bucket.From.TotalMicroseconds, bucket.To.TotalMicroseconds, bucket.Count))],
        result.Settings.Rate is null ? null : LatencyJson.Of(result.Counted.SendDelay),
        result.Unanswered,
        result.OldestUnanswered.TotalMicroseconds,
        result.Counted.WrongEchoes,
        result.Server is { } server ? ServerJson.Of(server, result) : null,
        [.. result.Ends.Select(group => EndJson.Of(group, language))],
        result.Ok);
}

internal sealed record LatencyJson(double Min, double Mean, double P50, double P90, double P99, [property: JsonPropertyName("p99.9")] double P999, double Max)
{
    public static LatencyJson Of(Histogram times) => new(
        times.Min.TotalMicroseconds,
        BenchJson.Round(times.Mean.TotalMicroseconds),
        times.Percentile(0.5).TotalMicroseconds,
        times.Percentile(0.9).TotalMicroseconds,
        times.Percentile(0.99).TotalMicroseconds,
        times.Percentile(0.999).TotalMicroseconds,
        times.Max.TotalMicroseconds);
}

/// <summary>How many latencies were from one (inclusive) to another (exclusive), in microseconds.</summary>
internal sealed record BucketJson(double From, double To, long Count);

internal sealed record ServerJson(double CpuNsPerMessage, double CpuShare, long BytesPerConnection)
{
    public static ServerJson Of(ServerCost server, BenchResult result) => new(
        result.Messages == 0 ? 0 : BenchJson.Round(server.Cpu.TotalNanoseconds / result.Messages),
        result.Measured == TimeSpan.Zero ? 0 : Math.Round(server.Cpu / result.Measured, 3),
        server.BytesPerConnection);
}

/// <summary>How many connections ended in one way, and the close of the first of them.</summary>
internal sealed record EndJson(string Phase, int Count, bool Expected, JsonObject Close)
{
    public static EndJson Of(EndGroup group, CultureInfo language) =>
        new(group.Phase.ToString().ToLowerInvariant(), group.Count, group.IsExpected, CloseJson.ToObject(group.Example, language));
}

[JsonSerializable(typeof(SecondJson))]
[JsonSerializable(typeof(ResultJson))]
internal sealed partial class BenchJsonContext : JsonSerializerContext
{
    public static BenchJsonContext Relaxed { get; } = new(JsonLines.Options);
}
