using System.Text.Json.Nodes;
using Cierre.TestKit;

namespace Cierre.Tool.Tests;

/// <summary><c>cierre serve --json</c> on a free port.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private ServeProcess(ToolProcess process, Uri url)
    {
        Process = process;
        Url = url;
    }

    public ToolProcess Process { get; }

    public Uri Url { get; }

    public static Task<ServeProcess> StartAsync(params string[] options) => StartAtAsync("http://127.0.0.1:0", options);

    public static Task<ServeProcess> StartAtAsync(string url, params string[] options) => ListeningAsync(ToolProcess.Start(["serve", "--url", url, "--json", .. options]));

    /// <summary>As a process that may have so many descriptors.</summary>
    public static Task<ServeProcess> StartWithDescriptorsAsync(int most, params string[] options) =>
        ListeningAsync(ToolProcess.StartWithDescriptors(most, ["serve", "--url", "http://127.0.0.1:0", "--json", .. options]));

    /// <summary>Another command that listens.</summary>
    public static Task<ServeProcess> StartCommandAsync(string command, params string[] options) =>
        StartCommandAtAsync(command, "http://127.0.0.1:0", options);

    public static Task<ServeProcess> StartCommandAtAsync(string command, string url, params string[] options) => ListeningAsync(ToolProcess.Start([command, "--url", url, "--json", .. options]));

    private static async Task<ServeProcess> ListeningAsync(ToolProcess process)
    {
        JsonNode listening = JsonNode.Parse(await process.ReadLineAsync())!;
        return (string?)listening["type"] == "listening"
            ? new ServeProcess(process, new Uri((string)listening["url"]!))
            : throw new InvalidDataException($"not the listening line: {listening.ToJsonString()}");
    }

    /// <summary>The next line, which is a close.</summary>
    public async Task<JsonNode> NextCloseAsync() => JsonNode.Parse(await Process.ReadLineAsync())!;

    /// <summary>A raw client that is open at a path.</summary>
    public Task<RawPeer> ConnectAsync(string path = "/") => RawPeer.OpenAsync(Url.Host, Url.Port, path, tls: Url.Scheme == "https");

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
