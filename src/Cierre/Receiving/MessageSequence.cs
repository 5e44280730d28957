using Cierre.Connections;

namespace Cierre;

/// <summary>The messages of a connection for <c>await foreach</c>, without an allocation per message or per loop step.</summary>
/// <remarks>The default value belongs to no connection: a loop over it throws <see cref="InvalidOperationException"/>.</remarks>
public readonly struct MessageSequence : IAsyncEnumerable<WebSocketMessage>
{
    private readonly ConnectionDriver? _driver;
    private readonly CancellationToken _cancellationToken;

    internal MessageSequence(ConnectionDriver? driver, CancellationToken cancellationToken)
    {
        _driver = driver;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Begins the loop.</summary>
    /// <param name="cancellationToken">Ends the loop with <see cref="OperationCanceledException"/>; harms nothing.</param>
    /// <returns>The enumerator.</returns>
    public Enumerator GetAsyncEnumerator(CancellationToken cancellationToken = default) => new(_driver, cancellationToken.CanBeCanceled ? cancellationToken : _cancellationToken);

    IAsyncEnumerator<WebSocketMessage> IAsyncEnumerable<WebSocketMessage>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);

    /// <summary>Sets the token that ends the loop.</summary>
    /// <param name="cancellationToken">The token.</param>
    /// <returns>The same messages.</returns>
    public MessageSequence WithCancellation(CancellationToken cancellationToken) => new(_driver, cancellationToken);

    /// <summary>Walks through the messages of a connection.</summary>
    public readonly struct Enumerator : IAsyncEnumerator<WebSocketMessage>
    {
        private readonly ConnectionDriver? _driver;
        private readonly CancellationToken _cancellationToken;

        internal Enumerator(ConnectionDriver? driver, CancellationToken cancellationToken)
        {
            _driver = driver;
            _cancellationToken = cancellationToken;
        }

        /// <summary>The message; valid until the next step.</summary>
        /// <exception cref="InvalidOperationException">This is the default value, which belongs to no connection.</exception>
        public WebSocketMessage Current => Driver.Receiving.Current;

        private ConnectionDriver Driver => _driver ?? throw new InvalidOperationException(
            "This is the default value, which belongs to no connection: ReadAllAsync of a WebSocketConnection gives its messages.");

        /// <summary>Waits for the next message.</summary>
        /// <returns>False at the end of the connection, however it ended.</returns>
        /// <exception cref="InvalidOperationException">This is the default value, which belongs to no connection.</exception>
        public ValueTask<bool> MoveNextAsync() => Driver.Receiving.MoveNextAsync(_cancellationToken);

        /// <summary>Does nothing: leaving the loop leaves the connection as it is.</summary>
        /// <returns>A task that is done.</returns>
        public ValueTask DisposeAsync() => default;
    }
}
