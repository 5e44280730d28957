using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Protocol;

/// <summary>What the engine tells an observer, and when.</summary>
public sealed class FrameObserverTests
{
    private readonly Notes _notes = new();

    [Fact]
    public void Header_is_told_then_its_payload_in_pieces_then_the_answer()
    {
        EngineSide server = Observed();
        server.Receive(RawPeer.Frame(9, [1, 2, 3], fin: true, rsv: 0, mask: true)[..7]);
        Assert.Equal(["came Ping 3", "payload 1"], _notes.Lines);
        server.Receive(RawPeer.Frame(9, [1, 2, 3], fin: true, rsv: 0, mask: true)[7..]);
        Assert.Equal(["came Ping 3", "payload 1", "payload 2", "went Pong 3"], _notes.Lines);
    }

    [Fact]
    public void Broken_header_is_told_before_its_violation_and_that_before_the_close()
    {
        Observed().Receive(RawPeer.Frame(3, [], fin: true, rsv: 0, mask: true));
        Assert.Equal(["refused 3 0", "broken 1002", "went Close 22"], _notes.Lines);
    }

    [Fact]
    public void Frame_too_big_is_told_with_its_length()
    {
        Observed(new ProtocolLimits { MaxMessageSize = 2 }).Receive(RawPeer.Frame(1, "abc"u8, fin: true, rsv: 0, mask: true));
        Assert.Equal(["refused Text 3", "broken 1009"], _notes.Lines.Take(2));
    }

    private EngineSide Observed(ProtocolLimits? limits = null)
    {
        var server = new EngineSide(Side.Server, limits);
        server.Engine.Observer = _notes;
        return server;
    }

    private sealed class Notes : FrameObserver
    {
        public List<string> Lines { get; } = [];

        public override void OnReceived(in ObservedFrame frame) => Lines.Add($"{(frame.Refused ? "refused" : "came")} {frame.Opcode} {frame.Length}");

        public override void CamePayload(ReadOnlySpan<byte> piece)
        {
            if (!piece.IsEmpty) Lines.Add($"payload {piece.Length}");
        }

        public override void OnSent(in ObservedFrame frame, ReadOnlySpan<byte> payload) => Lines.Add($"went {frame.Opcode} {payload.Length}");

        public override void Broken(Violation violation) => Lines.Add($"broken {violation.Code}");
    }
}
