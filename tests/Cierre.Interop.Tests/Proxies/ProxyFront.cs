using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cierre.Interop.Tests.Proxies;

/// <summary>A proxy in a process and a folder of its own, on a free port of 127.0.0.1.</summary>
public sealed class ProxyFront : Front
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _complaints = new();

    private ProxyFront(ProxyKind kind, DirectoryInfo folder, int port, int upstream, TimeSpan idleTimeout)
    {
        (_folder, Url) = (folder, new Uri($"ws://127.0.0.1:{port}/"));
        string file = Path.Combine(folder.FullName, "proxy.conf");
        File.WriteAllText(file, kind.Configuration(port, upstream, idleTimeout));
        string[] command = kind.Command(file);
        try
        {
            _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{kind.Name} is missing: {e.Message}. ./test.sh Cierre.Interop.Tests installs what it can.", e);
        }

        _process.OutputDataReceived += (_, line) => _complaints.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _complaints.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public override Uri Url { get; }

    /// <param name="port">The first to try; null: a free one.</param>
    public static async Task<ProxyFront> StartAsync(ProxyKind kind, Uri upstream, TimeSpan idleTimeout, int? port = null)
    {
        // A proxy cannot be asked which free port it took; one that somebody else took meanwhile ends it at once, and another is tried.
        for (int attempt = 1; ; attempt++)
        {
            var proxy = new ProxyFront(kind, Directory.CreateTempSubdirectory("cierre-proxy-"), attempt == 1 && port is { } first ? first : FreePort(), upstream.Port, idleTimeout);
            if (await proxy.ListensAsync()) return proxy;
            string why = string.Join('\n', proxy._complaints);
            await proxy.DisposeAsync();
            if (attempt == 5) throw new InvalidOperationException($"{kind.Name} does not start:\n{why}");
        }
    }

    public override async Task StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync().WaitAsync(Limit);
        await _process.WaitForExitAsync().WaitAsync(Limit);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> ListensAsync()
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (!_process.HasExited && TimeProvider.System.GetElapsedTime(begun) < Limit)
        {
            if (Listens()) return true;
            await Task.Delay(20);
        }

        return false;
    }

    /// <summary>Whether it is this process that listens there: one that finds its port taken may try for seconds before it gives up.</summary>
    private bool Listens()
    {
        const string Listening = "0A";
        string address = $"0100007F:{Url.Port:X4}";
        HashSet<string> sockets =
        [
            .. File.ReadLines("/proc/net/tcp").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(cells => cells[1] == address && cells[3] == Listening).Select(cells => $"socket:[{cells[9]}]"),
        ];
        if (sockets.Count == 0) return false;
        try
        {
            return Directory.EnumerateFiles($"/proc/{_process.Id}/fd").Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name is { } name && sockets.Contains(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has closed one of its files meanwhile, or has ended.
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
