using System.Buffers;
using System.Text;
using System.Threading.Tasks.Sources;
using Cierre.Protocol;
using Cierre.Scheduling;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>One send that had to wait: for the sends before it, or for the peer to take what was sent.</summary>
internal sealed class AwaitedSend(WebSocketOpcode opcode, ReadOnlyMemory<byte> payload, bool final) : OutboxEntry, IValueTaskSource
{
    private readonly string? _text;
    private readonly int _textBytes;
    private byte[]? _rented;
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private int _sent;

    /// <summary>A text whose bytes are made when there is room for them.</summary>
    public AwaitedSend(string text)
        : this(WebSocketOpcode.Text, default, final: true) => (_text, _textBytes) = (text, Encoding.UTF8.GetByteCount(text));

    public WebSocketOpcode Kind => opcode;

    /// <summary>What it sends; of a text, once it is taken.</summary>
    public ReadOnlySpan<byte> Payload => payload.Span;

    public CancellationToken Token { get; init; }

    public bool Compressible { get; init; } = true;

    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>Its last frame ends a message.</summary>
    public bool EndsMessage => final;

    public override int Rest => (_text is null || IsTaken ? payload.Length : _textBytes) - _sent;

    public override bool Begun => _sent != 0;

    public ValueTask Task => new(this, _done.Version);

    public override bool WriteNext(WebSocketProtocol engine, Transport output, bool continued, TimeSpan now)
    {
        ReadOnlySpan<byte> rest = payload.Span[_sent..];
        bool last = rest.Length <= FrameWriter.MaxPayload;
        if (!last) rest = rest[..FrameWriter.MaxPayload];
        engine.WriteData(output, continued || Begun ? WebSocketOpcode.Continuation : opcode, last && final, rest, now, Compressible);
        _sent += rest.Length;
        return last;
    }

    public override void Take()
    {
        base.Take();
        if (_text is null) return;
        _rented = ArrayPool<byte>.Shared.Rent(_textBytes);
        payload = _rented.AsMemory(0, Encoding.UTF8.GetBytes(_text, _rented));
    }

    public override void Complete()
    {
        End();
        _done.SetResult(true);
    }

    public override void Fail(Exception exception)
    {
        End();
        _done.SetException(exception);
    }

    private void End()
    {
        Registration.Unregister();
        if (_rented is null) return;
        payload = default;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }

    void IValueTaskSource.GetResult(short token)
    {
        BlockingWait.For(ref _done, token);
        _done.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompletedGuarded(continuation, state, token, flags);
}
