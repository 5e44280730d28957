namespace Cierre.Transports;

/// <summary>What a transport pushes its bytes to. All calls but <see cref="Probed"/> come one at a time.</summary>
internal interface ITransportReceiver
{
    /// <summary>Bytes of the peer, valid and writable until the call returns.</summary>
    /// <param name="last">Whether no further bytes of this batch follow.</param>
    /// <returns>How many were taken. Fewer than offered: the receiver is full; they are offered again after <see cref="Transport.Resume"/>.</returns>
    int Receive(Memory<byte> bytes, bool last);

    /// <summary>All that a wake-up brought was offered: the moment to flush.</summary>
    void BatchEnd();

    /// <summary>Whether the transport should not read on until <see cref="Transport.Resume"/>, though the receiver has room: some streams end as a whole
    /// when their end is read, and what still has to go out would be lost. Asked after each batch.</summary>
    bool IsHolding { get; }

    /// <summary>The answer to <see cref="Transport.Probe"/>. It may also come unasked, and beside another call.</summary>
    /// <param name="any">Whether there was anything.</param>
    void Probed(bool any);

    /// <summary>Nothing comes any more; the last call.</summary>
    void Ended(TransportEnd end);
}
