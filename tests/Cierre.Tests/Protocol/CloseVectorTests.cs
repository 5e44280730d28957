using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.5.1, 7.4: every close body, from vectors/closes.json.</summary>
public class CloseVectorTests
{
    public static TheoryData<Side, int, string> Rows
    {
        get
        {
            TheoryData<Side, int, string> data = [];
            foreach (Side side in Enum.GetValues<Side>())
            {
                for (int row = 0; row < Vectors.Closes.Count; row++) data.Add(side, row, Vectors.Closes[row].Name);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Rows))]
    public void Whole_frame(Side side, int row, string _) => Check(side, Vectors.Closes[row], Split.Whole);

    [Theory, MemberData(nameof(Rows))]
    public void Byte_by_byte(Side side, int row, string _) => Check(side, Vectors.Closes[row], Split.ByteByByte);

    private static void Check(Side side, CloseVector vector, Split split)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.CloseBody(side.Other(), vector.Bytes), split);
        if (vector.Expected is { } violation)
        {
            Assert.Equal(vector.Code, violation.Code);
            engine.ShouldFail(violation);
            return;
        }

        WireFrame answer = Assert.Single(engine.Written);
        Assert.Equal(vector.Answer, Convert.ToHexStringLower(answer.Payload));
        engine.EndOfStream();
        engine.ShouldEndAsync(vector.Code, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
        Assert.Equal(vector.Reason, engine.Record.Reason);
        Assert.Equal(new CloseFrame((ushort)vector.Code, vector.Reason!), engine.Record.Received);
    }
}
