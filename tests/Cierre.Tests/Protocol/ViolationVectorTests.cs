using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md: every violation, from vectors/violations.json.</summary>
public class ViolationVectorTests
{
    public static TheoryData<int, string> Rows => Rowed(Vectors.Violations.Select((v, i) => (i, v.ToString())));

    [Theory, MemberData(nameof(Rows))]
    public void Whole_input_is_answered_with_the_code_and_the_reason(int row, string _) => Check(Vectors.Violations[row], Split.Whole);

    [Theory, MemberData(nameof(Rows))]
    public void The_same_byte_by_byte(int row, string _) => Check(Vectors.Violations[row], Split.ByteByByte);

    [Theory, MemberData(nameof(Rows))]
    public void The_same_in_random_pieces(int row, string _)
    {
        for (int seed = 0; seed < 20; seed++) Check(Vectors.Violations[row], Split.Random(seed, largest: 7));
    }

    [Theory, MemberData(nameof(Rows))]
    public void It_is_known_at_the_byte_that_tells_and_not_before(int row, string _)
    {
        ViolationVector vector = Vectors.Violations[row];
        EngineSide engine = new(vector.Side, vector.ProtocolLimits, deflate: vector.Terms);
        byte[] bytes = vector.Bytes;
        engine.Receive(bytes[..(vector.KnownAt - 1)], Split.ByteByByte);
        engine.ShouldBeOpen();
        engine.Receive(bytes[(vector.KnownAt - 1)..vector.KnownAt]);
        Assert.False(engine.Engine.IsOpen);
        Assert.Equal(vector.Code, engine.Written[^1].Close.Code);
    }

    [Theory, MemberData(nameof(Rows))]
    public void The_row_of_the_table_has_the_code_and_says_whether_it_fails(int row, string _)
    {
        ViolationVector vector = Vectors.Violations[row];
        Assert.Equal(vector.Code, vector.Expected.Code);
        Assert.Equal(vector.Fails, vector.Expected.Fails);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(vector.Expected.Reason.English), 1, CloseFrame.MaxReasonBytes);
    }

    [Theory, MemberData(nameof(Rows))]
    public void After_our_close_it_fails_the_connection_without_a_second_close_frame(int row, string _)
    {
        ViolationVector vector = Vectors.Violations[row];
        EngineSide engine = new(vector.Side, vector.ProtocolLimits, deflate: vector.Terms);
        engine.Close(1000, "bye");
        engine.Receive(vector.Bytes);
        Assert.Single(engine.Written, f => f.IsClose);
        engine.EndOfStream();
        // A policy breach is no failure, and we are closing already; a violation is the news (docs/closing.md).
        engine.ShouldEndAsync(1006, clean: false, vector.Fails ? vector.Expected.Cause : CloseCause.EndOfStream, EndedBy.Local);
        Assert.Equal(new CloseFrame(1000, "bye"), engine.Record.Sent);
    }

    [Fact]
    public void Every_row_that_bytes_can_break_has_a_vector()
    {
        // Those of time, of the application's data, and of a server's own rules.
        string[] withoutBytes =
        [
            nameof(Cierre.Closing.Violations.JsonNotValid), nameof(Cierre.Closing.Violations.PingNotAnswered), nameof(Cierre.Closing.Violations.Idle),
            nameof(Cierre.Closing.Violations.MessagesTooFast), nameof(Cierre.Closing.Violations.BytesTooFast), nameof(Cierre.Closing.Violations.RateExceeded),
            nameof(Cierre.Closing.Violations.SlowReader), nameof(Cierre.Closing.Violations.BroadcastNotTaken), nameof(Cierre.Closing.Violations.TopicNotTaken),
            nameof(Cierre.Closing.Violations.NothingTaken), nameof(Cierre.Closing.Violations.NoSendCompleted), nameof(Cierre.Closing.Violations.DeadlinePassed), nameof(Cierre.Closing.Violations.RuleBroken),
            nameof(Cierre.Closing.Violations.ServerAtCapacity), nameof(Cierre.Closing.Violations.EndpointAtCapacity), nameof(Cierre.Closing.Violations.UserAtCapacity),
            nameof(Cierre.Closing.Violations.HandshakesTooFast), nameof(Cierre.Closing.Violations.LoadShed), nameof(Cierre.Closing.Violations.CredentialsExpired),
            nameof(Cierre.Closing.Violations.Unauthorized), nameof(Cierre.Closing.Violations.Forbidden), nameof(Cierre.Closing.Violations.Deadline),
        ];
        string[] rows = typeof(Cierre.Closing.Violations).GetMethods().Where(m => m.ReturnType == typeof(Cierre.Closing.Violation)).Select(m => m.Name).Except(withoutBytes)
            // Those of a subprotocol are in messages, and not in frames: ResumeSessionTests.
            .Where(name => !name.StartsWith("Resume", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(rows);
        Assert.Empty(rows.Except(Vectors.Violations.Select(v => v.Violation)));
    }

    private static void Check(ViolationVector vector, Split split)
    {
        EngineSide engine = new(vector.Side, vector.ProtocolLimits, deflate: vector.Terms);
        engine.Receive(vector.Bytes, split);
        Assert.True(engine.Closings >= 1);
        if (vector.Fails) engine.ShouldFail(vector.Expected);
        else engine.ShouldCloseFor(vector.Expected);
    }

    private static TheoryData<int, string> Rowed(IEnumerable<(int Row, string Name)> rows)
    {
        TheoryData<int, string> data = [];
        foreach ((int row, string name) in rows) data.Add(row, name);
        return data;
    }
}
