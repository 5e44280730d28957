using System.Threading.Tasks.Sources;
using Cierre.Protocol;
using Cierre.Scheduling;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>One send that had to wait: for the sends before it, or for the peer to take what was sent.</summary>
internal sealed class PendingSend(Opcode opcode, ReadOnlyMemory<byte> payload, bool final) : Outgoing, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private int _sent;

    public CancellationToken Token { get; init; }

    public bool Compressible { get; init; } = true;

    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>Its last frame ends a message.</summary>
    public bool EndsMessage => final;

    public override int Rest => payload.Length - _sent;

    public override bool Begun => _sent != 0;

    public ValueTask Task => new(this, _done.Version);

    public override bool WriteNext(WebSocketProtocol engine, Transport output, bool continued, TimeSpan now)
    {
        ReadOnlySpan<byte> rest = payload.Span[_sent..];
        bool last = rest.Length <= FrameWriter.MaxPayload;
        if (!last) rest = rest[..FrameWriter.MaxPayload];
        engine.WriteData(output, continued || Begun ? Opcode.Continuation : opcode, last && final, rest, now, Compressible);
        _sent += rest.Length;
        return last;
    }

    public override void Complete()
    {
        Registration.Unregister();
        _done.SetResult(true);
    }

    public override void Fail(Exception exception)
    {
        Registration.Unregister();
        _done.SetException(exception);
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompletedGuarded(continuation, state, token, flags);
}
