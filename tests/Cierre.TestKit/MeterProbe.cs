using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Cierre.TestKit;

/// <summary>Listens to the meter of a name and keeps the measurements that carry one attribute, so that tests in parallel do not see each other's.</summary>
public sealed class MeterProbe : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly KeyValuePair<string, object?> _only;

    public MeterProbe(string meter, string attribute, object value)
    {
        _only = new(attribute, value);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != meter) return;
            Instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentBag<Instrument> Instruments { get; } = [];

    public IReadOnlyList<Measured> All => [.. _measured];

    /// <summary>Everything of one instrument so far.</summary>
    public IReadOnlyList<Measured> Of(string instrument) => [.. _measured.Where(m => m.Instrument == instrument)];

    /// <summary>What an observable instrument says now.</summary>
    public IReadOnlyList<Measured> Observe(string instrument)
    {
        int before = _measured.Count;
        _listener.RecordObservableInstruments();
        return [.. _measured.Skip(before).Where(m => m.Instrument == instrument)];
    }

    /// <summary>The same of one direction.</summary>
    public double Observe(string instrument, string direction) => Observe(instrument).Single(m => (string?)m.Attributes["network.io.direction"] == direction).Value;

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key != _only.Key || !Equals(tag.Value, _only.Value)) continue;
            _measured.Enqueue(new Measured(instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));
            return;
        }
    }

    public sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Attributes);
}
