namespace Cierre.Transports;

/// <summary>The sending half and the end of a transport: what differs between a socket, TLS, an HTTP/2 stream and memory.</summary>
internal abstract class Wire
{
    /// <summary>Whether ending our direction ends the whole (an HTTP/2 server: END_STREAM is the delegate's return).</summary>
    public virtual bool EndsOnShutdown => false;

    /// <summary>Whether ending our direction must not meet a read: the state of a TLS session is not made for two threads.</summary>
    public virtual bool ShutsBetweenReads => false;

    /// <summary>Whether a read that waits can be cancelled. A stream of the HTTP client ends with a read that is.</summary>
    public virtual bool CancelsReads => true;

    /// <summary>How many bytes of the peer wait in the kernel, as far as that can be known. It may throw what a socket that is gone throws.</summary>
    public virtual int Unread => 0;

    /// <summary>How many bytes of this peer the kernel has had so far, read or not; null where it does not say. It throws as <see cref="Unread"/>
    /// does.</summary>
    public virtual long? Arrived => null;

    /// <summary>How many bytes of ours the peer's side has acknowledged; null where the system does not say, or says it of others' bytes too. It throws as
    /// <see cref="Unread"/> does.</summary>
    public virtual long? Acknowledged => null;

    /// <summary>How many bytes of long writes were taken below while the write went on; always the same where that is not seen.</summary>
    public virtual long Taken => 0;

    /// <summary>Completes when the kernel, or what plays its part, has the bytes.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Ends our direction: FIN, close_notify. Does nothing where that would end both.</summary>
    public abstract ValueTask ShutdownSendAsync();

    public abstract void Abort();

    /// <summary>The peer did not do its part in time: <see cref="DisposeAsync"/> follows, and must not wait for it.</summary>
    public virtual void GiveUp()
    {
    }

    /// <summary>The pump has ended, no read is under way: release everything, and end our direction in order where that was not done.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>What an exception of a read or a write says about the end.</summary>
    public virtual TransportEnd EndOf(Exception exception) => TransportFault.EndOf(exception);
}
