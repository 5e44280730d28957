using System.ComponentModel;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Cierre.Client;

/// <summary>Says close_notify where the HTTP handler lets go of a TLS session, which says none itself. RFC 8446 6.1.</summary>
/// <remarks>
/// The handler disposes of the session in the moment in which it has read the server's end, so nobody behind it can. Nothing is said in the middle of a read or
/// a write: the state of a session is not made for two threads. And nothing waits for a peer that does not take it.
/// </remarks>
/// <param name="inner">What the session is read and written through: itself, or a filter of the application's.</param>
internal sealed class NotifyingTlsStream(Stream inner, SslStream tls) : Stream
{
    private volatile bool _reading;
    private volatile bool _writing;
    private bool _isDisposed;

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _reading = true;
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _reading = false;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask written = inner.WriteAsync(buffer, cancellationToken);
        return written.IsCompleted ? written : AwaitedAsync(written);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        Notify();
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Notify();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask AwaitedAsync(ValueTask written)
    {
        _writing = true;
        await written.ConfigureAwait(false);
        _writing = false;
    }

    private void Notify()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (_reading || _writing) return;
        try
        {
            // With the kernel at once, or the peer takes nothing and is cut. Looked at, so that it is nobody's unobserved exception.
            _ = tls.ShutdownAsync().ContinueWith(
                static told => told.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or Win32Exception)
        {
            // The peer was faster.
        }
    }
}
