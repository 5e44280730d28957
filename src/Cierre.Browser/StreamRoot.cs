namespace Cierre.Browser;

/// <summary>What the stream and both of its ends refer to, and nothing else does: when it is unreachable, they all are.</summary>
/// <remarks>
/// WHATWG WebSockets, garbage collection: an unreachable object closes its connection with an empty close frame. It is held while its opening or its end is
/// awaited, which whoever has read the task is taken to do, and while data waits to be sent.
/// </remarks>
internal sealed class StreamRoot(StreamConnection connection)
{
    ~StreamRoot()
    {
        if (!connection.CloseUnreachable()) GC.ReRegisterForFinalize(this);
    }

    public StreamConnection Connection => connection;

    public void HoldUntilOpened() => connection.Hold(this, untilClosed: false);

    public void HoldUntilClosed() => connection.Hold(this, untilClosed: true);
}
