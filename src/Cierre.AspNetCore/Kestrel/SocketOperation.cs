using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Cierre.Transports;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>One operation of a socket at a time. Its error is a result: a peer that goes is nothing exceptional, and thousands may go at once.</summary>
internal abstract class SocketOperation() : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true), IValueTaskSource<SocketError>
{
    private ManualResetValueTaskSourceCore<SocketError> _completion;

    public SocketError GetResult(short token) => _completion.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e) => _completion.SetResult(SocketError);

    /// <summary>Before the operation begins.</summary>
    protected void Begin() => _completion.Reset();

    /// <param name="pending">Whether the operation goes on.</param>
    protected ValueTask<SocketError> Completion(bool pending) =>
        pending ? new ValueTask<SocketError>(this, _completion.Version) : new ValueTask<SocketError>(SocketError);
}

/// <summary>Waits for data on the runtime's own loop.</summary>
internal sealed class SocketWait(Socket socket) : DataWait
{
    private readonly Operation _operation = new();

    public override ValueTask<SocketError> ForDataAsync() => _operation.WaitAsync(socket);

    /// <summary>The runtime cancels no single operation.</summary>
    public override void Cancel()
    {
    }

    /// <summary>The runtime ends the wait by itself.</summary>
    public override void SocketClosed()
    {
    }

    public override Transport TakeOver(Transport.EarlierReader? earlier) => Transport.OverSocket(socket, earlier);

    public override void Dispose() => _operation.Dispose();

    private sealed class Operation : SocketOperation
    {
        public ValueTask<SocketError> WaitAsync(Socket socket)
        {
            SetBuffer(Memory<byte>.Empty);
            Begin();
            return Completion(socket.ReceiveAsync(this));
        }
    }
}

/// <summary>Sends what lies in many blocks with one call.</summary>
internal sealed class SocketSender : SocketOperation
{
    private readonly List<ArraySegment<byte>> _blocks = [];

    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public ValueTask<SocketError> SendAsync(Socket socket, in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            SetBuffer(MemoryMarshal.AsMemory(bytes.First));
        }
        else
        {
            foreach (ReadOnlyMemory<byte> block in bytes) _blocks.Add(ArrayOf(block));
            BufferList = _blocks;
        }

        Begin();
        return Completion(socket.SendAsync(this));
    }

    /// <summary>Lets go of the bytes.</summary>
    public void Reset()
    {
        if (BufferList is null)
        {
            SetBuffer(null, 0, 0);
        }
        else
        {
            BufferList = null;
            _blocks.Clear();
        }
    }

    private static ArraySegment<byte> ArrayOf(ReadOnlyMemory<byte> block) => MemoryMarshal.TryGetArray(block, out ArraySegment<byte> array)
        ? array
        : throw new InvalidOperationException("The memory pool's blocks are not arrays.");
}

/// <summary>Senders for the connections that send at the moment: an idle one has none.</summary>
internal sealed class SocketSenderPool : IDisposable
{
    private const int MostKept = 1024;

    private readonly ConcurrentQueue<SocketSender> _idle = new();
    private int _count;
    private volatile bool _disposed;

    public SocketSender Rent()
    {
        if (!_idle.TryDequeue(out SocketSender? sender)) return new SocketSender();
        Interlocked.Decrement(ref _count);
        return sender;
    }

    public void Return(SocketSender sender)
    {
        if (_disposed || Interlocked.Increment(ref _count) > MostKept)
        {
            Interlocked.Decrement(ref _count);
            sender.Dispose();
            return;
        }

        sender.Reset();
        _idle.Enqueue(sender);
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryDequeue(out SocketSender? sender)) sender.Dispose();
    }
}
