namespace Cierre.Tool.Bench;

/// <summary>What all connections of a run count together.</summary>
internal sealed class Meter
{
    private long _wrongEchoes;

    /// <summary>From when a message was due (without a rate: was sent) until its echo came.</summary>
    public Histogram Latency { get; private init; } = new();

    /// <summary>From when a message was due until it was sent. Without a rate always zero, and not counted.</summary>
    public Histogram SendDelay { get; private init; } = new();

    /// <summary>Messages that came and were not what had been sent.</summary>
    public long WrongEchoes => Interlocked.Read(ref _wrongEchoes);

    public void WrongEcho() => Interlocked.Increment(ref _wrongEchoes);

    public Meter Copy() => Since(new Meter());

    public Meter Since(Meter earlier) => new()
    {
        Latency = Latency.Since(earlier.Latency), SendDelay = SendDelay.Since(earlier.SendDelay), _wrongEchoes = WrongEchoes - earlier._wrongEchoes,
    };
}
