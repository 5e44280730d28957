using Cierre.Closing;
using Cierre.Protocol;

namespace Cierre.Tracing;

/// <summary>What there is to tell of one connection, for all who look at it. Guarded by the connection's lock; it exists only while somebody looks.</summary>
internal sealed class ConnectionWatch(TimeProvider time, long opened) : FrameObserver
{
    private readonly List<WebSocketTrace> _traces = [];
    private RecentFrames? _recent;
    private ObservedFrame _coming;
    private byte[] _start = [];
    private int _started;
    private bool _isComing;

    /// <summary>Whether anybody looks.</summary>
    public bool IsWanted => _traces.Count != 0 || _recent is not null;

    public RecentFrames? Recent => _recent;

    private TimeSpan Now => time.GetElapsedTime(opened);

    private int MostPayload => _traces.Count == 0 ? 0 : _traces.Max(trace => trace.Options.PayloadBytes);

    /// <summary>With another count than before, as many of those that are kept stay.</summary>
    public void KeepRecent(int count) => _recent = _recent?.Resize(count) ?? new RecentFrames(count);

    public void Add(WebSocketTrace trace) => _traces.Add(trace);

    public void Remove(WebSocketTrace trace) => _traces.Remove(trace);

    public override void OnReceived(in ObservedFrame frame)
    {
        int wanted = frame.Refused || frame.Length is not { } length ? 0 : (int)Math.Min(length, Wanted(frame.Opcode));
        if (wanted == 0)
        {
            Tell(frame, default(ReadOnlyMemory<byte>));
            return;
        }

        (_coming, _start, _started, _isComing) = (frame, new byte[wanted], 0, true);
    }

    public override void CamePayload(ReadOnlySpan<byte> piece)
    {
        if (!_isComing) return;
        ReadOnlySpan<byte> wanted = piece[..Math.Min(piece.Length, _start.Length - _started)];
        wanted.CopyTo(_start.AsSpan(_started));
        _started += wanted.Length;
        if (_started == _start.Length) TellComing();
    }

    public override void OnSent(in ObservedFrame frame, ReadOnlySpan<byte> payload) =>
        Tell(frame, payload[..Math.Min(payload.Length, Wanted(frame.Opcode))].ToArray());

    public override void Broken(Violation violation)
    {
        TellComing();
        Tell(new WebSocketTraceViolation(Now, violation));
    }

    public void Transport(WebSocketTraceTransportKind kind, Exception? exception)
    {
        TellComing();
        Tell(new WebSocketTraceTransport(Now, kind, exception));
    }

    /// <summary>Nothing follows.</summary>
    public void Complete()
    {
        foreach (WebSocketTrace trace in _traces) trace.Complete();
        _traces.Clear();
    }

    private int Wanted(WebSocketOpcode opcode) =>
        _traces.Count != 0 && opcode == WebSocketOpcode.Close ? Math.Max(MostPayload, FrameHeader.MaxControlPayload) : MostPayload;

    /// <summary>A frame that has begun and of which no more comes, perhaps, or enough has come.</summary>
    private void TellComing()
    {
        if (!_isComing) return;
        _isComing = false;
        Tell(_coming, _start.AsMemory(0, _started));
        _start = [];
    }

    private void Tell(in ObservedFrame frame, ReadOnlyMemory<byte> start)
    {
        TimeSpan now = Now;
        _recent?.Add(now, frame);
        foreach (WebSocketTrace trace in _traces)
        {
            bool whole = frame.Opcode == WebSocketOpcode.Close || start.Length <= trace.Options.PayloadBytes;
            trace.Add(new WebSocketTraceFrame(now, frame, whole ? start : start[..trace.Options.PayloadBytes]));
        }
    }

    private void Tell(WebSocketTraceEvent seen)
    {
        foreach (WebSocketTrace trace in _traces) trace.Add(seen);
    }
}
