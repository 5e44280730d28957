using System.Text;

namespace Cierre.Browser;

public sealed partial class WebSocket
{
    /// <summary>Sends a text message. A lone surrogate becomes U+FFFD. Once the connection is closing, nothing is sent, and <see cref="BufferedAmount"/> grows
    /// all the same.</summary>
    /// <param name="data">The text.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="DomException">InvalidStateError: the connection is not open yet.</exception>
    public void Send(string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Send(WebSocketMessageKind.Text, Encoding.UTF8.GetBytes(data));
    }

    /// <summary>Sends a binary message. Once the connection is closing, nothing is sent, and <see cref="BufferedAmount"/> grows all the same.</summary>
    /// <param name="data">The payload; copied.</param>
    /// <exception cref="DomException">InvalidStateError: the connection is not open yet.</exception>
    public void Send(ReadOnlyMemory<byte> data) => Send(WebSocketMessageKind.Binary, data.ToArray());

    /// <inheritdoc cref="Send(ReadOnlyMemory{byte})"/>
    /// <exception cref="ArgumentNullException">The payload is null.</exception>
    public void Send(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Send(data.AsMemory());
    }

    /// <summary>Sends the content of a blob as a binary message: in its place among the others, however long it takes to read.</summary>
    /// <remarks>Where it cannot be read the connection is dropped, since what follows must not take its place: error, then 1006.</remarks>
    /// <param name="data">The blob.</param>
    /// <exception cref="ArgumentNullException">The blob is null.</exception>
    /// <exception cref="DomException">InvalidStateError: the connection is not open yet.</exception>
    public void Send(Blob data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Send(data.Size, sends => sends.Send(data));
    }

    private void Send(WebSocketMessageKind kind, byte[] owned) => Send(owned.Length, sends => sends.Send(kind, owned));

    private void Send(long size, Action<SendQueue> send)
    {
        // send(), 1
        if (!_link.Send(size, send)) throw DomException.InvalidStateError("The connection is not open yet; wait for the open event.");
        UpdateRoot();
    }
}
