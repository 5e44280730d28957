namespace Cierre.Tool.Lab.Runs;

/// <summary>The WebSocket of the page's browser plays. What only an option of ours can do, it leaves undone: such situations say that a browser cannot play
/// them.</summary>
internal sealed class PagePlayer(PageLink link, PageRole role) : LabPlayer
{
    private PageClient? _client;

    public override async Task<LabClient> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure)
    {
        _client = await link.OpenAsync(url, role.InFrame);
        await _client.Opened;
        return _client;
    }

    public override async Task<ReceivedEvent?> ReceivedAsync() => _client is null ? null : await _client.ReceivedAsync();

    public override IReadOnlyList<TimedEvent> Events => _client?.Events ?? [];
}
