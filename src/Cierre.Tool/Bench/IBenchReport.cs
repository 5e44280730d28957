namespace Cierre.Tool.Bench;

/// <summary>What <c>cierre bench</c> prints, in the order in which it happens.</summary>
internal interface IBenchReport
{
    void Opened(BenchSettings settings, int connections, TimeSpan time);

    /// <param name="second">Which second of the measurement it was, from 1.</param>
    /// <param name="counted">What was counted in it.</param>
    /// <param name="time">How long it really was.</param>
    /// <param name="open">How many connections are open.</param>
    void Second(int second, Meter counted, TimeSpan time, int open);

    void Finished(BenchResult result);
}
