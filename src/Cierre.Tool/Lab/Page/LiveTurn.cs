using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Page;

/// <summary>The live connections of a session: at most one pair, opened and closed one after the other whatever the page asks at once, and none after the
/// session.</summary>
/// <param name="open">Opens a pair.</param>
internal sealed class LiveTurn(Func<Task<LiveConnections>> open) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private LiveConnections? _live;
    private bool _ended;

    /// <summary>Opens a pair in place of the one there was.</summary>
    public async Task OpenAsync()
    {
        await _turn.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            await DropAsync();
            _live = await open();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <returns>How both ended; null where nothing is open.</returns>
    public async Task<Outcome?> CloseAsync(bool byServer, CloseFrame frame)
    {
        await _turn.WaitAsync();
        try
        {
            await using LiveConnections? live = _live;
            _live = null;
            return live is null ? null : await live.CloseAsync(byServer, frame);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends what is open, and what is just being opened.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _ended = true;
            await DropAsync();
        }
        finally
        {
            // Who waits is told that it is over, so that the turn itself stays.
            _turn.Release();
        }
    }

    private async Task DropAsync()
    {
        LiveConnections? live = _live;
        _live = null;
        if (live is not null) await live.DisposeAsync();
    }
}
