using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>A script in a Node process of its own.</summary>
internal sealed class NodeScript : Script
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly Process _process;
    private int _asked;

    private NodeScript(Process process)
    {
        _process = process;
        _ = ReadAsync(process.StandardOutput, OnLine);
        _ = ReadAsync(process.StandardError, _complaints.Enqueue);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => Gone();
    }

    public static string Folder { get; } = Path.Combine(RepoRoot.Directory, "tests", "Cierre.Frameworks.Tests", "Peers");

    public static NodeScript Start(string name)
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CIERRE_SKIP_NODE")), "Node is not here: CIERRE_SKIP_NODE is set.");
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, name)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new NodeScript(Process.Start(start)!);
    }

    public override async Task<JsonElement> CallAsync(string name, params object?[] arguments)
    {
        int id = Interlocked.Increment(ref _asked);
        TaskCompletionSource<JsonElement> answer = _answers[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { id, call = name, args = arguments }));
        await _process.StandardInput.FlushAsync();
        if (_process.HasExited) Gone();
        try
        {
            return await answer.Task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The script took more than {Limit.TotalSeconds} s for {name}.{Complaints}");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        _process.Dispose();
    }

    private string Complaints => string.Concat(_complaints.Select(line => "\n  script: " + line));

    private static async Task ReadAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync() is { } line) take(line);
    }

    private void OnLine(string line)
    {
        JsonElement said = JsonDocument.Parse(line).RootElement;
        TaskCompletionSource<JsonElement> answer = _answers[said.GetProperty("id").GetInt32()];
        if (said.TryGetProperty("error", out JsonElement error)) answer.TrySetException(new InvalidOperationException(error.GetString() + Complaints));
        else answer.TrySetResult(said.GetProperty("value"));
    }

    private void Gone()
    {
        var gone = new InvalidOperationException($"The script is gone.{Complaints}");
        foreach (TaskCompletionSource<JsonElement> answer in _answers.Values) answer.TrySetException(gone);
    }
}
