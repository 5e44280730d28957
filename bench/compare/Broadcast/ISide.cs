namespace Cierre.Bench.Broadcast;

/// <summary>A server with many connections, and its way to send to all of them.</summary>
internal interface ISide
{
    int Count { get; }

    /// <summary>Returns where it listens.</summary>
    Task<string> StartAsync();

    Task SendToAllAsync(ReadOnlyMemory<byte> message);

    Task CloseAllAsync();
}
