using System.Diagnostics;

namespace Cierre.Tool.Connect;

/// <summary>The time of the whole run: <c>--timeout</c>, from its start.</summary>
internal sealed class RunTime(TimeSpan timeout)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>What is left, at least a tick: no timeout of the library may be zero.</summary>
    public TimeSpan Left
    {
        get
        {
            TimeSpan left = timeout - Stopwatch.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
        }
    }

    public Task WaitAsync() => Task.Delay(Left);
}
