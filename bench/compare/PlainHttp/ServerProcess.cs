using System.Diagnostics;
using System.Globalization;

namespace Cierre.Bench.PlainHttp;

/// <summary>What a server has used so far: microseconds of user and system time, bytes resident, lines of its log at warning or above, and the last
/// of them.</summary>
internal readonly record struct Usage(double Cpu, long Resident, int Lines, string Last);

/// <summary>A server in a process of its own, which ends when its input does.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly int[] _ports;

    private ServerProcess(Process process, int[] ports) => (_process, _ports) = (process, ports);

    public static async Task<ServerProcess> StartAsync(string side)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location, "serve", side]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        string ports = await process.StandardOutput.ReadLineAsync() ?? throw new IOException("The server did not start.");
        return new ServerProcess(process, [.. ports.Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture))]);
    }

    public int Port(Protocol protocol) => _ports[(int)protocol];

    public async Task<Usage> UsageAsync(bool collect = false)
    {
        await _process.StandardInput.WriteLineAsync(collect ? "collect" : "");
        await _process.StandardInput.FlushAsync();
        string[] parts = (await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("The server is gone.")).Split(' ', 4);
        return new Usage(double.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture), parts[3]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) _process.Kill();
        _process.Dispose();
    }
}
