using System.ComponentModel;
using System.Diagnostics;
using Cierre.TestKit;

namespace Cierre.Interop.Tests;

/// <summary>A peer that is a script in Peers/, in a process of its own.</summary>
public sealed class ScriptPeer : Peer
{
    // One line at a time: a writer is no place for two.
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Process _process;

    private ScriptPeer(Process process)
    {
        _process = process;
        _ = ReadAsync(process.StandardOutput, OnLine);
        _ = ReadAsync(process.StandardError, Complain);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => Gone($"process {process.Id} ended");
    }

    public static ScriptPeer Start(string program, string script)
    {
        var start = new ProcessStartInfo(program, [Path.Combine(RepoRoot.Directory, "tests", "Cierre.Interop.Tests", "Peers", script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new ScriptPeer(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} is missing: {e.Message}. ./test.sh Cierre.Interop.Tests installs what it can.", e);
        }
    }

    public override async Task<bool> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return false;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        _writing.Dispose();
    }

    protected override async Task SendLineAsync(string line)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync() is { } line) take(line);
    }
}
