namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>A socket under test and the peer on its other side.</summary>
/// <param name="release">Ends what the application holds open for the socket, such as the request that carries it.</param>
/// <param name="close">Ends what the test holds open for the peer.</param>
public sealed class OpenSubject(WebSocket socket, RawPeer peer, Action? release = null, Action? close = null) : IAsyncDisposable
{
    private Action? _release = release;

    /// <summary>The socket under test.</summary>
    public WebSocket Socket { get; } = socket;

    /// <summary>The peer made of bytes.</summary>
    public RawPeer Peer { get; } = peer;

    /// <summary>Ends what the application holds open for the socket: on Kestrel the request, with which the connection ends. Elsewhere there is
    /// nothing.</summary>
    public void Leave() => Interlocked.Exchange(ref _release, null)?.Invoke();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Peer.DisposeAsync();
        Socket.Dispose();
        Leave();
        close?.Invoke();
    }
}
