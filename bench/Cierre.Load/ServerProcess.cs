using System.Diagnostics;

namespace Cierre.Load;

/// <summary>The process under load, seen from outside: its CPU time and memory are what is compared, for they hold where the load is the bottleneck.</summary>
internal sealed class ServerProcess(int pid) : IDisposable
{
    private readonly Process _process = Process.GetProcessById(pid);

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public void Dispose() => _process.Dispose();
}
