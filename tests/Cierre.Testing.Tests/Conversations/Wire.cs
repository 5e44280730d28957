using Cierre.Testing.Network;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>The bytes of one direction as an independent reader sees them: whether each frame may be there, and how many messages there were.</summary>
internal sealed class Wire
{
    private readonly FrameScanner _scanner;
    private readonly bool _isClient, _compresses;
    private bool _inMessage;

    /// <param name="isClient">Whether the sender is the client.</param>
    /// <param name="strict">Whether what breaks a rule is a fault; not so for a peer that means to.</param>
    /// <param name="compresses">Whether compression was agreed on: RSV1 then marks the first frame of a message. RFC 7692 6.</param>
    public Wire(bool isClient, bool strict, bool compresses = false)
    {
        (_isClient, _compresses) = (isClient, compresses);
        _scanner = new FrameScanner(frame =>
        {
            if (strict) Check(frame);
            Count(frame);
        });
    }

    /// <summary>The first rule that was broken.</summary>
    public string? Fault { get; private set; }

    /// <summary>The first close frame.</summary>
    public SeenFrame? Close { get; private set; }

    public int Frames { get; private set; }

    /// <summary>Whole messages before the first close frame.</summary>
    public int Messages { get; private set; }

    public int PongsBehindClose { get; private set; }

    public bool EndsInsideFrame => _scanner.IsInside;

    public void Add(ReadOnlySpan<byte> bytes) => _scanner.Add(bytes);

    private void Count(in SeenFrame frame)
    {
        Frames++;
        if (Close is not null) return;
        if (frame.IsClose)
        {
            Close = frame;
            return;
        }

        if (!frame.IsControl && frame.Fin) Messages++;
    }

    private void Check(in SeenFrame frame)
    {
        if (Close is not null)
        {
            // Section 3.4: behind our close frame the peer's pings are answered still, until its own has come.
            if (frame.Opcode == 10) PongsBehindClose++;
            else Fail(frame.IsClose ? "a second close frame was sent" : $"after the close frame came: {frame}");
        }

        if (frame.Masked != _isClient) Fail($"{(frame.Masked ? "masked" : "not masked")}: {frame}");
        if (frame.Rsv != 0 && !(_compresses && frame is { Rsv: 4, Opcode: 1 or 2 })) Fail($"reserved bits: {frame}");
        if (frame.Opcode is not (0 or 1 or 2 or 8 or 9 or 10)) Fail($"reserved opcode: {frame}");
        if (frame.IsControl)
        {
            if (!frame.Fin || frame.Length > 125) Fail($"a control frame that is fragmented or too long: {frame}");
            if (frame.IsClose && frame.Length == 1) Fail("a close frame with a body of one byte");
            if (frame.IsClose && frame.Length > 1 && frame.CloseCode is < 1000 or 1004 or 1006 or (> 1014 and < 3000) or > 4999) Fail($"a close code that must not be sent: {frame}");
            return;
        }

        if (_inMessage != (frame.Opcode == 0)) Fail($"{(_inMessage ? "inside a message" : "outside of one")}: {frame}");
        _inMessage = !frame.Fin;
    }

    private void Fail(string what) => Fault ??= what;
}
