using Cierre.Closing;
using Cierre.Transports;

namespace Cierre.AspNetCore.SystemNet;

/// <remarks>
/// <para>A drain closes towards the client alone. The client's answer passes like all that it still sends, so the server behind gets its client's own close
/// frame, behind the last message. Only where the client does not answer, the server gets one of ours. What the server sends behind our close frame has no
/// place on the wire any more (RFC 6455 5.5.1), and is dropped.</para>
/// <para>Our frame waits for the end of a message, so that the client loses none in its middle. Where a message takes longer than half of the close timeout,
/// our frame stands between two of its fragments, as RFC 6455 5.4 allows.</para>
/// </remarks>
internal sealed partial class ObservedRelay
{
    private readonly CancellationTokenSource _cutReads = new();
    private CancellationTokenSource? _untilCut;
    private CancellationToken _untilCutOf;

    private CloseFrame? _ours;
    private EndReason? _oursWhy;
    private Border _border;
    private bool _isPut;
    private CloseFrame? _sent;
    private TaskCompletionSource? _decided;
    private TaskCompletionSource? _over;
    private volatile byte[]? _owed;
    private int _owedTaken;

    private bool IsOwed => _owed is not null;

    internal override void Drain(CloseFrame frame, EndReason why)
    {
        lock (_gate)
        {
            if (_isOver || _ours is not null) return;
            (_ours, _oursWhy) = (frame, why);
            _decided = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = CloseAsync(_decided.Task, _over.Task);
    }

    /// <param name="decided">Completes when a close frame goes to the client, or has come of it.</param>
    /// <param name="over">Completes when the relay has ended.</param>
    private async Task CloseAsync(Task decided, Task over)
    {
        TimeSpan half = _closeTimeout / 2;
        PutAt(Border.Message);
        if (!await CompletesAsync(decided, half).ConfigureAwait(false))
        {
            PutAt(Border.Frame);
            await CompletesAsync(decided, half).ConfigureAwait(false);
        }

        if (decided.IsCompleted && await CompletesAsync(over, _closeTimeout).ConfigureAwait(false)) return;
        if (await OweCloseAsync().ConfigureAwait(false) && await CompletesAsync(over, _closeTimeout).ConfigureAwait(false)) return;
        Abort(EndReason.CloseNotAnswered(_closeTimeout));
    }

    private async Task<bool> CompletesAsync(Task task, TimeSpan time)
    {
        try
        {
            await task.WaitAsync(time, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Where the relay does not write and the place is right, at once; else the next write finds it.</summary>
    private void PutAt(Border border)
    {
        byte[]? close;
        lock (_gate)
        {
            _border = border;
            close = _isWriting ? null : TakeClose();
            if (close is null) return;
            _isWriting = true;
        }

        // Not awaited: a client that reads nothing takes no close frame either.
        _ = WriteCloseAsync(close);
    }

    private async Task WriteCloseAsync(byte[] close)
    {
        try
        {
            await PutAsync(close, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The client is gone, which the relay finds out too.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _clientEnd ??= TransportEnd.Of(e);
        }
    }

    /// <summary>Our close frame, once, if its place has come. Under the gate.</summary>
    private byte[]? TakeClose()
    {
        if (_isPut || _why is not null || !_fromServer.IsAt(_border)) return null;
        _isPut = true;
        Decide(_oursWhy!);
        return ControlFrames.Close(_ours!, masked: false);
    }

    private async ValueTask PutAsync(byte[] close, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(close, cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _sent = _ours;
    }

    /// <summary>The client does not answer. The server gets a close frame in its name, in place of what the client may yet send.</summary>
    /// <returns>False: there is no place for one.</returns>
    private async Task<bool> OweCloseAsync()
    {
        lock (_gate)
        {
            if (!_isPut || !_fromClient.IsAt(Border.Frame)) return false;
            _cut = EndReason.CloseNotAnswered(_closeTimeout);
            _owed = ControlFrames.Close(_ours!, masked: true);
        }

        await _cutReads.CancelAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Behind the frame, the end: nothing may follow it.</summary>
    private int ReadOwed(Span<byte> buffer)
    {
        ReadOnlySpan<byte> rest = _owed.AsSpan(_owedTaken);
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _owedTaken += count;
        return count;
    }

    /// <summary>The relay's token or ours. A relay reads with one token, again and again.</summary>
    private CancellationToken UntilCut(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled) return _cutReads.Token;
        if (_untilCut is null || _untilCutOf != cancellationToken)
        {
            _untilCut?.Dispose();
            _untilCut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cutReads.Token);
            _untilCutOf = cancellationToken;
        }

        return _untilCut.Token;
    }
}
