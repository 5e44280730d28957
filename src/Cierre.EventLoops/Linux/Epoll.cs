using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cierre.EventLoops.Linux;

/// <summary>An epoll instance, and the counter that wakes whoever waits on it.</summary>
internal sealed class Epoll : IDisposable
{
    // No descriptor's key: those begin at 0.
    private const ulong CounterKey = ulong.MaxValue;

    private readonly Descriptor _epoll = new(Syscalls.CreateEpoll());
    private readonly Descriptor _counter = new(Syscalls.CreateCounter());

    public Epoll()
    {
        if (Control(EpollOperation.Add, _counter, EpollEvents.In, CounterKey) is not Errno.None and var error)
            throw new InvalidOperationException($"The kernel watches no counter for an event loop: errno {(int)error}.");
    }

    /// <returns>Why the kernel refuses: no memory, or its limit of watched descriptors is reached.</returns>
    /// <exception cref="ObjectDisposedException">The descriptor is closed.</exception>
    public Errno Control(EpollOperation operation, SafeHandle descriptor, EpollEvents events, ulong key) =>
        Syscalls.Control(_epoll, operation, descriptor, events, key) == 0 ? Errno.None : Syscalls.LastError;

    public bool IsClosed => _epoll.IsClosed;

    public void Wake() => Syscalls.Raise(_counter);

    /// <summary>Waits for events. A wake-up is none of them.</summary>
    /// <param name="timeout">In milliseconds; -1: for ever.</param>
    public int Wait(EpollBatch batch, int timeout)
    {
        int count = Syscalls.Wait(_epoll, batch.Bytes, timeout);
        // A signal, which the runtime handles on a thread of its own.
        if (count < 0 && Syscalls.LastError is not Errno.Interrupted and var error)
            throw new InvalidOperationException($"epoll_wait fails with errno {(int)error}.");
        batch.Begin(Math.Max(count, 0));
        return batch.Count;
    }

    /// <summary>Whether this is the wake-up, which is used up by that.</summary>
    public bool IsWakeUp(ulong key)
    {
        if (key != CounterKey) return false;
        Syscalls.Lower(_counter);
        return true;
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _counter.Dispose();
    }

    private sealed class Descriptor : SafeHandleMinusOneIsInvalid
    {
        public Descriptor(nint descriptor)
            : base(ownsHandle: true)
        {
            if (descriptor < 0) throw new InvalidOperationException($"The kernel gives no descriptor for an event loop: errno {(int)Syscalls.LastError}.");
            SetHandle(descriptor);
        }

        protected override bool ReleaseHandle() => Syscalls.Close(handle) == 0;
    }
}

/// <summary>The events of one wait, taken one after the other.</summary>
internal sealed class EpollBatch
{
    private const int Most = 512;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(Most * 16, pinned: true);
    private int _next;

    public Span<byte> Bytes => _bytes.AsSpan(0, Most * Syscalls.EventSize);

    public int Count { get; private set; }

    public void Begin(int count) => (_next, Count) = (0, count);

    public bool TryTake(out EpollEvents events, out ulong key)
    {
        if (_next == Count)
        {
            (events, key) = (default, 0);
            return false;
        }

        ref byte entry = ref _bytes[_next++ * Syscalls.EventSize];
        events = (EpollEvents)Unsafe.ReadUnaligned<uint>(ref entry);
        key = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref entry, Syscalls.EventData));
        return true;
    }
}
