namespace Cierre.Browser;

/// <summary>Sets what a <see cref="MessageEvent"/> is made with. HTML 9.1.</summary>
public sealed class MessageEventInit : EventInit
{
    /// <summary>The message; default null.</summary>
    public object? Data { get; init; }

    /// <summary>The origin of who sent it; default empty.</summary>
    public string Origin { get; init; } = "";

    /// <summary>The last event id, of server-sent events; default empty.</summary>
    public string LastEventId { get; init; } = "";

    /// <summary>Who sent it, in messaging between documents; default null.</summary>
    public object? Source { get; init; }

    /// <summary>The ports sent with it, in channel messaging; default none.</summary>
    public IReadOnlyList<object> Ports { get; init; } = [];
}

/// <summary>Brings a message. HTML 9.1.</summary>
public class MessageEvent : Event
{
    /// <summary>Creates one.</summary>
    /// <param name="type">Its type, such as <c>message</c>.</param>
    /// <param name="init">The rest; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The type, or a text or the ports in <paramref name="init"/>, is null.</exception>
    public MessageEvent(string type, MessageEventInit? init = null)
        : base(type, init)
    {
        init ??= new MessageEventInit();
        (Data, Origin, LastEventId, Source, Ports) = Checked(init.Data, init.Origin, init.LastEventId, init.Source, init.Ports);
    }

    /// <summary>The message: a <see cref="string"/> for text; for binary a <see cref="Blob"/> or, as <see cref="WebSocket.BinaryType"/> says, a
    /// <see cref="ReadOnlyMemory{T}"/> of bytes that is the event's own.</summary>
    public object? Data { get; private set; }

    /// <summary>The origin of who sent it: of a socket's messages that of its URL, such as <c>wss://example.org</c>.</summary>
    public string Origin { get; private set; }

    /// <summary>The last event id, of server-sent events; empty for a socket's messages.</summary>
    public string LastEventId { get; private set; }

    /// <summary>Who sent it, in messaging between documents; null for a socket's messages.</summary>
    public object? Source { get; private set; }

    /// <summary>The ports sent with it, in channel messaging; none for a socket's messages.</summary>
    public IReadOnlyList<object> Ports { get; private set; }

    /// <summary>Initializes the event anew; does nothing while it is being dispatched.</summary>
    /// <param name="type">The type.</param>
    /// <param name="bubbles">Whether it bubbles.</param>
    /// <param name="cancelable">Whether it can be cancelled.</param>
    /// <param name="data">The message.</param>
    /// <param name="origin">The origin of who sent it.</param>
    /// <param name="lastEventId">The last event id.</param>
    /// <param name="source">Who sent it.</param>
    /// <param name="ports">The ports sent with it; null for none.</param>
    /// <exception cref="ArgumentNullException">A text is null.</exception>
    [Obsolete("Deprecated by the HTML standard: use the constructor.")]
    public void InitMessageEvent(
        string type, bool bubbles = false, bool cancelable = false, object? data = null, string origin = "", string lastEventId = "", object? source = null,
        IReadOnlyList<object>? ports = null)
    {
        var values = Checked(data, origin, lastEventId, source, ports ?? []);
        if (TryInitialize(type, bubbles, cancelable)) (Data, Origin, LastEventId, Source, Ports) = values;
    }

    private static (object?, string, string, object?, IReadOnlyList<object>) Checked(
        object? data, string origin, string lastEventId, object? source, IReadOnlyList<object> ports)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(lastEventId);
        ArgumentNullException.ThrowIfNull(ports);
        return (data, ScalarString.Of(origin), lastEventId, source, [.. ports]);
    }
}
