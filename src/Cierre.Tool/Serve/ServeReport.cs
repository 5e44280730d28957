using System.Globalization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Serve;

/// <summary>Prints where the server listens, how each connection ends, and what happens to each session.</summary>
internal sealed class ServeReport(bool json, CultureInfo language)
{
    // A session hears of the end of its connection, and is over then; that it is told late must not keep the process.
    private static readonly TimeSpan LastSessions = TimeSpan.FromSeconds(1);

    private readonly BackgroundWriter<Action> _writer = new(write => write());
    private readonly TaskCompletionSource _allOver = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more than there are sessions, until the server has stopped.
    private int _sessions = 1;

    public void Listening(string url) => Output.Listening.Write(url, json);

    /// <summary>Prints a close.</summary>
    public void Closed(CloseRecord record) => _writer.Add(() =>
    {
        if (json) CloseJson.Write(record, language);
        else StandardOutput.WriteLine(CloseText.InOneLine(record, language));
    });

    /// <summary>Prints what has happened to a session.</summary>
    public void Changed(WebSocketConnection session, SessionChange change)
    {
        string id = session.Session!.Id;
        _writer.Add(() =>
        {
            if (json) SessionJson.Write(id, change);
            else StandardOutput.WriteLine($"session {id} {SessionText.Of(change)}");
        });
        if (change.Kind == SessionChangeKind.Opened) Interlocked.Increment(ref _sessions);
        else if (change.Record is not null) OneLess();
    }

    /// <summary>Prints what is left, after the server has stopped.</summary>
    public async Task FinishAsync()
    {
        OneLess();
        await _allOver.Task.WaitAsync(LastSessions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _writer.FinishAsync();
    }

    private void OneLess()
    {
        if (Interlocked.Decrement(ref _sessions) == 0) _allOver.SetResult();
    }
}
