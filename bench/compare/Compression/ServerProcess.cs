using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;

namespace Cierre.Bench.Compression;

/// <summary>A server in a process of its own, which ends when its input does.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<ServerProcess> StartAsync(bool cierre, Mode mode, CompressionLevel level)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location, "serve", cierre ? "cierre" : "system", $"{mode}", $"{level}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string? port = await process.StandardOutput.ReadLineAsync();
        return new ServerProcess(process, int.Parse(port ?? throw new IOException("The server did not start."), CultureInfo.InvariantCulture));
    }

    /// <summary>Resident memory, native memory included, and the managed heap, in bytes, after a full collection.</summary>
    public async Task<(long Resident, long Heap)> MemoryAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        string heap = await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("The server is gone.");
        _process.Refresh();
        return (_process.WorkingSet64, long.Parse(heap, CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }
}
