using System.Buffers;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sending;

namespace Cierre.Topics;

/// <summary>A message of a topic on its way to those who keep up: framed once for all sessions, and once for all plain connections.</summary>
/// <param name="number">The topic's on this node.</param>
/// <param name="most">How many may get it.</param>
internal sealed class TopicPost(TopicEntry entry, int number, int most) : IDisposable
{
    private readonly ConnectionCore[] _posted = ArrayPool<ConnectionCore>.Shared.Rent(most);
    private int _count;
    private BroadcastMessage? _marked;
    private BroadcastMessage? _plain;

    public TopicEntry Entry => entry;

    /// <summary>As a session is sent it.</summary>
    public static ReadOnlyMemory<byte> Mark(TopicEntry entry, int number)
    {
        var message = new ArrayBufferWriter<byte>(entry.Payload.Length + TopicMessage.LongestHead);
        new TopicMessage(number, entry.Offset, entry.Tag).WriteTo(message, entry.Kind);
        message.Write(entry.Payload.Span);
        return message.WrittenMemory;
    }

    /// <summary>Hands it to a connection that has room for it.</summary>
    /// <param name="marked">The connection carries a session.</param>
    public EnqueueResult TryEnqueue(ConnectionDriver line, bool marked)
    {
        BroadcastMessage message = marked
            ? _marked ??= new BroadcastMessage(entry.Kind, Mark(entry, number))
            : _plain ??= new BroadcastMessage(entry.Kind, entry.Payload);
        EnqueueResult result = line.Sending.Broadcasts.TryEnqueue(message);
        if (result == EnqueueResult.Taken) _posted[_count++] = line;
        return result;
    }

    /// <summary>Sends it off: that each connection has the message is known before, so that nobody waits for it.</summary>
    public void Dispose()
    {
        _marked?.Dispose();
        _plain?.Dispose();
        Broadcast.SendOff(_posted, _count);
    }
}
