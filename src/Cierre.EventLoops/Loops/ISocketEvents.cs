namespace Cierre.EventLoops.Loops;

/// <summary>What is told of a socket's readiness. All calls come from the loop's thread, but <see cref="Readable"/> and <see cref="Work"/> may be carried on by
/// a thread that has lost the loop; of those two there is one at a time.</summary>
internal interface ISocketEvents
{
    /// <summary>Which endpoint it belongs to; null: none yet.</summary>
    LoopEndpoint? Endpoint { get; }

    /// <summary>Bytes have come, or the end.</summary>
    /// <param name="buffer">For this call alone.</param>
    void Readable(Memory<byte> buffer);

    /// <summary>What others asked for by <see cref="WatchedSocket.Ask"/>.</summary>
    /// <inheritdoc cref="Readable" path="/param"/>
    void Work(Memory<byte> buffer);

    /// <summary>There is room to send, or nothing can be sent any more. It may come beside a call of the others.</summary>
    void Writable();

    /// <summary>A call has thrown, which none should.</summary>
    void Failed(Exception exception);
}
