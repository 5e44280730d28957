using System.Text.Json;

namespace Cierre.Frameworks.Tests;

/// <summary>A script in Peers/ that is commanded call by call, wherever it runs.</summary>
internal abstract class Script : IAsyncDisposable
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<T> CallAsync<T>(string name, params object?[] arguments)
    {
        JsonElement value = await CallAsync(name, arguments);
        return value.Deserialize<T>()!;
    }

    public abstract Task<JsonElement> CallAsync(string name, params object?[] arguments);

    public abstract ValueTask DisposeAsync();
}
