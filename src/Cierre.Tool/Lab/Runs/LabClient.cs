namespace Cierre.Tool.Lab.Runs;

/// <summary>What plays the client in a situation: a connection, the browser's API over one, or the WebSocket of a real browser. Each situation is written once
/// and played with all of them.</summary>
internal abstract class LabClient : IAsyncDisposable
{
    /// <summary>Completes when it has ended, with its record; null from a browser, which has none.</summary>
    public abstract Task<CloseRecord?> Closed { get; }

    public abstract ValueTask SendAsync(string text);

    public abstract ValueTask SendAsync(byte[] bytes);

    /// <summary>Sends a message in that many fragments at least, of which the last may not come.</summary>
    public abstract Task SendInPartsAsync(int parts, bool isFinished);

    public abstract Task<CloseRecord?> CloseAsync(CloseFrame frame);

    /// <summary>Ends at once, with nothing sent.</summary>
    public abstract void Abort();

    /// <summary>Throws where a message comes before the end.</summary>
    public abstract Task ExpectNothingAsync();

    public abstract ValueTask DisposeAsync();
}
