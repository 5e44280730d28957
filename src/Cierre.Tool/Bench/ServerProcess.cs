using System.Diagnostics;
using Cierre.Tool.Output;

namespace Cierre.Tool.Bench;

/// <summary>The process under load, seen from outside: its CPU time a message is what can be compared even where the generator is the bottleneck.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    /// <exception cref="UsageException">There is no such process.</exception>
    public ServerProcess(int id)
    {
        try
        {
            _process = Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--pid: there is no process {id} on this machine.");
        }
    }

    public TimeSpan Cpu => Look(process => process.TotalProcessorTime);

    public long ResidentBytes => Look(process => process.WorkingSet64);

    public void Dispose() => _process.Dispose();

    private T Look<T>(Func<Process, T> at)
        where T : struct
    {
        try
        {
            _process.Refresh();
            return at(_process);
        }
        catch (InvalidOperationException)
        {
            // It ended meanwhile; how its connections ended is told anyway.
            return default;
        }
    }
}
