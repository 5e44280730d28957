using OpenTelemetry.Metrics;

namespace Cierre.OpenTelemetry.Tests;

/// <summary>One point of one metric, as an exporter was given it.</summary>
internal sealed record Exported(string Name, double Value, long Count, IReadOnlyDictionary<string, object?> Attributes)
{
    /// <summary>The points that carry an attribute.</summary>
    public static IReadOnlyList<Exported> Of(IEnumerable<Metric> metrics, string attribute, object value) =>
        [.. metrics.SelectMany(Points).Where(point => Equals(point.Attributes.GetValueOrDefault(attribute), value))];

    private static List<Exported> Points(Metric metric)
    {
        List<Exported> points = [];
        foreach (ref readonly MetricPoint point in metric.GetMetricPoints()) points.Add(Of(metric, point));
        return points;
    }

    private static Exported Of(Metric metric, in MetricPoint point)
    {
        var attributes = new Dictionary<string, object?>();
        foreach (KeyValuePair<string, object?> tag in point.Tags) attributes[tag.Key] = tag.Value;
        return metric.MetricType switch
        {
            MetricType.Histogram => new(metric.Name, point.GetHistogramSum(), point.GetHistogramCount(), attributes),
            _ => new(metric.Name, point.GetSumLong(), 1, attributes),
        };
    }
}
