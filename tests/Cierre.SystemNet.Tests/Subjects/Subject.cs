namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>One implementation of <see cref="WebSocket"/> on one kind of connection.</summary>
public abstract class Subject(string name, bool isServer)
{
    /// <summary>What tests and messages call it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the socket under test plays the server; the peer then plays the client.</summary>
    public bool IsServer { get; } = isServer;

    /// <summary>Whether it is ours. The framework's own are the control.</summary>
    public virtual bool IsOurs => false;

    /// <summary>Whether it is the framework's own on Kestrel: its dispose leaves the connection to the request, and its abort may overtake what was written
    /// before.</summary>
    public virtual bool IsKestrels => false;

    /// <summary>Whether each call throws <see cref="ObjectDisposedException"/> once it was disposed or aborted, as <see cref="ClientWebSocket"/> has it; others
    /// say InvalidState.</summary>
    public virtual bool SaysDisposed => false;

    /// <summary>Whether its times go by the case's clock.</summary>
    public virtual bool HasClock => false;

    /// <summary>Opens a connection: the socket under test and, on its other side, a peer made of bytes.</summary>
    public abstract Task<OpenSubject> OpenAsync(Setup setup);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
