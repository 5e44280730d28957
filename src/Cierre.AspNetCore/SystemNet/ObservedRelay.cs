using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cierre.AspNetCore.Endpoints;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Telemetry;
using Cierre.Transports;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>A connection whose bytes a relay passes on: their frames are followed both ways, and nothing is changed until a drain.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "End disposes what holds a registration; the other source holds nothing that needs disposal.")]
internal sealed partial class ObservedRelay : RelayedConnection
{
    // The end of a stream that has one is there already.
    private static readonly TimeSpan EvidencePatience = TimeSpan.FromSeconds(1);

    private readonly HttpContext _context;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly TimeSpan _closeTimeout;
    private readonly long _begun;
    private readonly Lock _gate = new();
    private readonly FrameBorders _fromClient = new();
    private readonly FrameBorders _fromServer = new();

    // Whose close frame came first; null while none has.
    private EndReason? _why;
    private TransportEnd? _clientEnd;
    private EndReason? _cut;
    private bool _isWriting;
    private bool _isOver;
    private volatile bool _hasReturned;

    /// <param name="stream">What the request was upgraded to.</param>
    public ObservedRelay(HttpContext context, string endpoint, string? user, WebSocketConnectionOptions options, Stream stream)
        : base(context.TraceIdentifier, endpoint, user, ConnectionOpener.RemoteOf(context.Connection), options.TimeProvider.GetUtcNow())
    {
        (_context, _stream, _time, _closeTimeout) = (context, stream, options.TimeProvider, options.CloseTimeout);
        _begun = _time.GetTimestamp();
    }

    public override long MessagesFromClient => _fromClient.Messages;

    public override long MessagesFromServer => _fromServer.Messages;

    /// <summary>The client's close frame, which the relay has.</summary>
    public CloseFrame? FromClient => _fromClient.Close;

    /// <summary>A close frame of the client's that the relay was too late for.</summary>
    public CloseFrame? NotPassed { get; private set; }

    /// <summary>The close frame of the server behind, whether the client got it or, behind one of ours, did not.</summary>
    public CloseFrame? FromServer => _fromServer.Close;

    /// <summary>Called, outside the lock, when it was cut or its stream disposed of, though whoever relays may go on with other work.</summary>
    public Action? OverOnWire { get; set; }

    public bool HasReturned => _hasReturned;

    public TimeSpan Elapsed => _time.GetElapsedTime(_begun);

    public ConnectionTelemetry.Passed Passed => new(_fromClient.Messages, _fromServer.Messages, _fromClient.Bytes, _fromServer.Bytes);

    /// <summary>From the client to the server behind.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = 0;
        try
        {
            if (!IsOwed) count = await _stream.ReadAsync(buffer, UntilCut(cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsOwed && !cancellationToken.IsCancellationRequested)
        {
            // The client has not answered; what the server is owed comes in its place.
        }
        catch (OperationCanceledException) when (_context.RequestAborted.IsCancellationRequested)
        {
            _clientEnd ??= await EvidenceAsync(buffer).ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _clientEnd ??= TransportEnd.Of(e);
            throw;
        }

        if (IsOwed) return ReadOwed(buffer.Span);
        if (count == 0 && !buffer.IsEmpty) _clientEnd ??= TransportEnd.EndOfStream;
        Follow(buffer.Span[..count]);
        return count;
    }

    /// <summary>From the server behind to the client.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        byte[]? close;
        lock (_gate)
        {
            int before = _fromServer.Read(bytes.Span, _border);
            bool isPut = _isPut;
            close = TakeClose();
            _fromServer.Read(bytes.Span[before..]);
            // Nothing may follow a close frame. RFC 6455 5.5.1.
            if (isPut) return ValueTask.CompletedTask;
            if (close is not null) bytes = bytes[..before];
            else if (_fromServer.Close is not null) Decide(EndReason.UpstreamClosed);
            _isWriting = true;
        }

        return WriteAsync(bytes, close, cancellationToken);
    }

    public override void Abort() => Abort(EndReason.Aborted);

    /// <summary>The stream was disposed of: nothing passes any more.</summary>
    public void Disposed() => OverOnWire?.Invoke();

    /// <summary>Whoever relays has returned, and reads no more.</summary>
    public void Return()
    {
        _hasReturned = true;
        _untilCut?.Dispose();
    }

    /// <summary>The relay has ended. Only the first call counts.</summary>
    /// <param name="telemetry">Told of the end.</param>
    /// <returns>How; null: it had ended before.</returns>
    public CloseRecord? End(ConnectionTelemetry telemetry)
    {
        lock (_gate)
        {
            if (_isOver) return null;
            _isOver = true;
            _decided?.TrySetResult();
            _over?.TrySetResult();
        }

        EndReason lost = _cut ?? (_clientEnd is { } end ? ConnectionControl.ReasonOf(end) : EndReason.UpstreamEnded);
        return telemetry.Closed(FromClient, _isPut ? _sent : FromServer, _why, lost, Elapsed, Passed);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, byte[]? close, CancellationToken cancellationToken)
    {
        try
        {
            if (!bytes.IsEmpty) await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            if ((close ?? EndWrite()) is { } frame) await PutAsync(frame, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            lock (_gate) _isWriting = false;
            if (e is not OperationCanceledException) _clientEnd ??= TransportEnd.Of(e);
            throw;
        }
    }

    /// <summary>Takes the close frame that was decided on meanwhile; else a drain finds from here on that nobody writes. One lock for both, or a drain in
    /// between would leave its frame to a write that never comes.</summary>
    private byte[]? EndWrite()
    {
        lock (_gate)
        {
            byte[]? close = TakeClose();
            _isWriting = close is not null;
            return close;
        }
    }

    private void Follow(ReadOnlySpan<byte> fromClient)
    {
        lock (_gate)
        {
            _fromClient.Read(fromClient);
            if (_fromClient.Close is not null) Decide(EndReason.PeerClosed);
        }
    }

    /// <summary>The server has told the relay that the client is gone before the stream could: the stream knows how. What still lies in front of that end can
    /// be passed on no more, and is not followed as if it had been.</summary>
    /// <returns>Null: it knows of no end. The request's token may be that of a middleware, and the client still be there.</returns>
    private async Task<TransportEnd?> EvidenceAsync(Memory<byte> buffer)
    {
        if (buffer.IsEmpty) buffer = new byte[CloseFrame.MaxReasonBytes];
        FrameBorders left = _fromClient.Copy();
        using var patience = new CancellationTokenSource(EvidencePatience, _time);
        try
        {
            while (await _stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false) is > 0 and var count) left.Read(buffer.Span[..count]);
            return TransportEnd.EndOfStream;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, it is the evidence.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return TransportEnd.Of(e);
        }
        finally
        {
            if (FromClient is null) NotPassed = left.Close;
        }
    }

    private void Decide(EndReason why)
    {
        _why ??= why;
        _decided?.TrySetResult();
    }

    private void Abort(EndReason why)
    {
        lock (_gate)
        {
            // Nothing is left to cut; and the context of a request that is over may be another's.
            if (_isOver) return;
            _cut ??= why;
            _context.Abort();
        }

        OverOnWire?.Invoke();
    }
}
