using Cierre.Transports;
using Xunit;

namespace Cierre.TestKit;

/// <summary>Keeps what a transport pushes, and takes no more than it has room for.</summary>
internal sealed class TestReceiver : ITransportReceiver
{
    private readonly List<byte> _bytes = [];
    private int _count;
    private readonly TaskCompletionSource<TransportEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public byte[] Bytes => [.. _bytes];

    public List<bool> Lasts { get; } = [];

    public List<bool> Probes { get; } = [];

    public int Room { get; set; } = int.MaxValue;

    public bool IsHolding { get; set; }

    /// <summary>Runs behind each piece, on the thread that brings it.</summary>
    public Action? OnReceive { get; set; }

    public int Batches { get; private set; }

    public int EndThread { get; private set; }

    public Task<TransportEnd> End => _end.Task;

    public Task Full => _full.Task;

    public int Receive(Memory<byte> bytes, bool last)
    {
        int count = Math.Min(Room, bytes.Length);
        Room -= count;
        _bytes.AddRange(bytes.Span[..count]);
        Volatile.Write(ref _count, _count + count);
        Lasts.Add(last);
        // Unmasking happens in place; what is offered again must be as it came.
        bytes.Span[..count].Fill(0xFF);
        if (count < bytes.Length) _full.TrySetResult();
        OnReceive?.Invoke();
        return count;
    }

    /// <summary>Until so many bytes have come.</summary>
    public async Task CameAsync(int count)
    {
        for (int i = 0; i < 2000 && Volatile.Read(ref _count) < count; i++) await Task.Delay(5);
        Assert.Equal(count, _count);
    }

    public void BatchEnd() => Batches++;

    public void Probed(bool any) => Probes.Add(any);

    public void Ended(TransportEnd end)
    {
        EndThread = Environment.CurrentManagedThreadId;
        _end.SetResult(end);
    }
}
