using System.Threading.Tasks.Sources;
using Cierre.Protocol;

namespace Cierre.Connections;

/// <summary>One send that had to wait: for the sends before it, or for the peer to take what was sent.</summary>
internal sealed class PendingSend(Opcode opcode, ReadOnlyMemory<byte> payload, bool final) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private int _sent;

    public CancellationToken Token { get; init; }

    public bool Compressible { get; init; } = true;

    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>Set where a stream of fragments waits for its turn instead of a message.</summary>
    public MessageWriteStream? Stream { get; init; }

    /// <summary>Its last frame ends a message.</summary>
    public bool EndsMessage => final;

    /// <summary>Some of it is on its way; it cannot be cancelled any more.</summary>
    public bool Begun => _sent != 0;

    /// <summary>Bytes that are not written yet.</summary>
    public int Left => payload.Length - _sent;

    public ValueTask Task => new(this, _done.Version);

    /// <summary>Writes the next frame; true when it was the last.</summary>
    public bool WriteNext(WebSocketProtocol engine, System.Buffers.IBufferWriter<byte> output, bool continued, TimeSpan now)
    {
        ReadOnlySpan<byte> rest = payload.Span[_sent..];
        bool last = rest.Length <= FrameWriter.MaxPayload;
        if (!last) rest = rest[..FrameWriter.MaxPayload];
        engine.WriteData(output, continued || Begun ? Opcode.Continuation : opcode, last && final, rest, now, Compressible);
        _sent += rest.Length;
        return last;
    }

    public void Complete()
    {
        Registration.Unregister();
        _done.SetResult(true);
    }

    public void Fail(Exception exception)
    {
        Registration.Unregister();
        _done.SetException(exception);
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
