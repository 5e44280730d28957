using Cierre.Connections;

namespace Cierre.Receiving;

/// <summary>The messages of a connection for <c>await foreach</c>: one object for the loop, and nothing for a message.</summary>
/// <param name="given">The token of the call, which ends the loop as that of <c>WithCancellation</c> does.</param>
internal sealed class MessageSequence(ConnectionCore core, CancellationToken given) : IAsyncEnumerable<WebSocketMessage>, IAsyncEnumerator<WebSocketMessage>
{
    private readonly MessageReceiver _receiver = core.Receiver;
    private CancellationTokenSource? _both;
    private CancellationToken _token;
    private int _begun;

    public WebSocketMessage Current => _receiver.Current;

    /// <summary>The first loop over it is this object, and each further one has its own.</summary>
    public IAsyncEnumerator<WebSocketMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0) return new MessageSequence(core, given).GetAsyncEnumerator(cancellationToken);
        // The token that says that the connection ends does not end the loop before what has come is handed out, and in a pair of tokens nobody would know it.
        (CancellationToken one, CancellationToken other) = (core.Foreign(given), core.Foreign(cancellationToken));
        if (one.CanBeCanceled && other.CanBeCanceled && one != other) _both = CancellationTokenSource.CreateLinkedTokenSource(one, other);
        _token = _both?.Token ?? (one.CanBeCanceled ? one : other);
        return this;
    }

    public ValueTask<bool> MoveNextAsync() => _receiver.MoveNextAsync(_token);

    /// <summary>Leaving the loop leaves the connection as it is.</summary>
    public ValueTask DisposeAsync()
    {
        _both?.Dispose();
        return default;
    }
}
