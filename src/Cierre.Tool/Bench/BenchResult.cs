namespace Cierre.Tool.Bench;

/// <summary>What a run found out.</summary>
/// <param name="Url">The address that the connections had, after redirects.</param>
/// <param name="Extensions">What was agreed on, as of the first connection.</param>
/// <param name="Opened">How many connections opened.</param>
/// <param name="Opening">How long it took until all had opened or failed.</param>
/// <param name="Measured">How long it was counted; shorter than asked where nothing was left to count.</param>
/// <param name="Messages">How many echoes came in that time.</param>
/// <param name="Counted">What was counted in that time; in an open loop the latencies hold the unanswered messages too, as slow as they had waited.</param>
/// <param name="Unanswered">Messages that were due and whose echo had not come when the time was over.</param>
/// <param name="OldestUnanswered">How long the oldest of them had been due.</param>
/// <param name="Server">The server's process, where one was named.</param>
/// <param name="Ends">How the connections ended.</param>
internal sealed record BenchResult(
    BenchSettings Settings, Uri Url, string Extensions, int Opened, TimeSpan Opening, TimeSpan Measured, long Messages, Meter Counted, long Unanswered,
    TimeSpan OldestUnanswered, ServerCost? Server, IReadOnlyList<EndGroup> Ends)
{
    public Histogram Latency => Counted.Latency;

    public double MessagesPerSecond => Measured > TimeSpan.Zero ? Messages / Measured.TotalSeconds : 0;

    /// <summary>Payload that came back; the same went out.</summary>
    public double BytesPerSecond => MessagesPerSecond * Settings.Size;

    /// <summary>Whether all connections opened, stayed and ended clean, and every message that came was the echo it should be.</summary>
    public bool Ok => Messages > 0 && Counted.WrongEchoes == 0 && Ends.All(group => group.IsExpected);
}

/// <param name="Cpu">CPU time in the time measured.</param>
/// <param name="BytesPerConnection">By how much its resident memory grew while the connections opened, for each of them.</param>
internal sealed record ServerCost(TimeSpan Cpu, long BytesPerConnection);
