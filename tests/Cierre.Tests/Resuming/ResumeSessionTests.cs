using System.Text;
using Cierre.Closing;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

/// <summary>One side of a session, message by message.</summary>
public sealed class ResumeSessionTests
{
    private static readonly ResumeLimits Limits = new(1024, 256 * 1024);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    private readonly ResumeSession _client = ResumeSession.OfClient();
    private readonly ResumeSession _server = ResumeSession.OfServer(Limits, Window);
    private ResumeLine _line = new();
    private TimeSpan _now;

    [Fact]
    public void Session_begins_with_a_hello_and_its_answer()
    {
        Assert.False(_client.HasRoom(0));
        Assert.Equal(SessionEffects.WriteHello, _client.Connected(null, _line.Client, _now));
        Assert.Equal(["""!{"hello":1}"""], Written(_line.ToServer));
        Begin();
        Assert.Equal(["""!{"session":"5f3c","node":"a","token":"one","windowMs":120000,"level":"node","limit":{"messages":1024,"bytes":262144}}"""],
            Written(_line.ToClient, keep: true));
        Assert.Equal(SessionEffects.Begin, ToClient().Effects);
        Assert.Equal((SessionState.Attached.Instance, "5f3c", "one"), (_client.State, _client.Id, _client.Token));
        Assert.True(_client.HasRoom(0));
    }

    [Fact]
    public void Messages_go_both_ways_behind_their_mark_and_are_acknowledged_when_they_are_taken()
    {
        Open();
        _client.Send(WebSocketOpcode.Text, "hi"u8, _line.Client);
        _server.Send(WebSocketOpcode.Binary, [1, 2], _line.Server);
        Assert.Equal("hi", Text(ToServer()));
        Assert.Equal([1, 2], ToClient().Payload.ToArray());
        _server.TakeAllBut(0, 0, _line.Server, _now);
        Assert.Empty(_line.ToClient);
        Assert.Equal(TimeSpan.FromMilliseconds(200), _server.Deadline);
        _now = _server.Deadline;
        Assert.Equal(SessionEffects.None, _server.Tick(_line.Server, _now));
        Assert.Equal(["+1"], Written(_line.ToClient, keep: true));
        Assert.Equal((SessionEventKind.Acknowledged, 0), (ToClient().Kind, _client.Unacknowledged));
    }

    [Fact]
    public void Question_is_always_answered()
    {
        Open();
        _line.Client.Write(WebSocketOpcode.Text, "?"u8);
        ToServer();
        Assert.Equal(["+0"], Written(_line.ToClient));
    }

    [Fact]
    public void What_was_not_got_is_repeated_over_the_next_connection()
    {
        Open();
        foreach (string text in new[] { "1", "2", "3" }) _client.Send(WebSocketOpcode.Text, Encoding.ASCII.GetBytes(text), _line.Client);
        foreach (string text in new[] { "a", "b" }) _server.Send(WebSocketOpcode.Text, Encoding.ASCII.GetBytes(text), _line.Server);
        ToServer();
        ToClient();
        Lose();
        _client.Send(WebSocketOpcode.Text, "4"u8, ResumeLine.Nowhere);
        _server.Send(WebSocketOpcode.Text, "c"u8, ResumeLine.Nowhere);
        Assert.Equal(SessionEffects.WriteResume, _client.Connected(new ResumeControl.LastEnd(1006, "connection-reset", 5), _line.Client, _now));
        Assert.Equal(["""!{"resume":"one","got":1,"acked":0,"sent":4,"last":{"code":1006,"cause":"connection-reset","openMs":5}}"""], Written(_line.ToServer, keep: true));
        Assert.Equal(SessionEffects.WriteResumed | SessionEffects.Repeat, Resume("b", "two"));
        Assert.Equal(["""!{"resumed":{"got":1,"replay":2,"node":"b","token":"two"}}""", "=b", "=c"], Written(_line.ToClient, keep: true));
        Assert.Equal(SessionEffects.Repeat, ToClient().Effects);
        Assert.Equal(["=2", "=3", "=4"], Written(_line.ToServer));
        Assert.Equal(("two", SessionState.Attached.Instance), (_client.Token, _client.State));
    }

    [Fact]
    public void Session_that_is_away_too_long_has_expired()
    {
        Open();
        Lose();
        Assert.Equal(_now + Window, _server.Deadline);
        _now += Window;
        Assert.Equal(SessionEffects.Complete, _server.Tick(ResumeLine.Nowhere, _now));
        Assert.Equal(new SessionState.Ended(null, LossReason.Expired), _server.State);
        Assert.False(_server.HasRoom(0));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 2)]
    public void Side_that_has_forgotten_what_the_other_counts_on_loses_the_session(long got, long acknowledged)
    {
        Open();
        _server.Send(WebSocketOpcode.Text, "a"u8, _line.Server);
        _client.Send(WebSocketOpcode.Text, "1"u8, _line.Client);
        ToServer();
        _server.TakeAllBut(0, 0, _line.Server, _now);
        Lose();
        var asked = new ResumeControl.Resume("one", got, acknowledged, null, System.Collections.Immutable.ImmutableDictionary<string, TopicCursor>.Empty, null);
        Assert.Equal(SessionEffects.WriteLost | SessionEffects.Complete, _server.Resume(asked, "a", "two", _line.Server, _now));
        Assert.Equal(["""!{"lost":{"reason":"rolled-back"}}"""], Written(_line.ToClient));
        Assert.Equal(new SessionState.Ended(null, LossReason.RolledBack), _server.State);
    }

    [Fact]
    public void Close_of_the_application_reaches_the_client_on_its_next_attempt()
    {
        Open();
        Lose();
        var signedOut = new CloseFrame(4001, "signed out");
        Assert.Equal(SessionEffects.None, _server.Close(signedOut, _now));
        _client.Connected(null, _line.Client, _now);
        Assert.Equal(SessionEffects.WriteEnded | SessionEffects.Complete, Resume("a", "two"));
        Assert.Equal(SessionEffects.Complete, ToClient().Effects);
        Assert.Equal(new SessionState.Ended(signedOut, null), _client.State);
    }

    [Fact]
    public void Close_that_dies_with_its_connection_is_told_again()
    {
        Open();
        var signedOut = new CloseFrame(4001, "signed out");
        Assert.Equal(SessionEffects.CloseConnection, _server.Close(signedOut, _now));
        Lose();
        _client.Connected(null, _line.Client, _now);
        Resume("a", "two");
        ToClient();
        Assert.Equal(new SessionState.Ended(signedOut, null), _client.State);
    }

    [Fact]
    public void Newest_connection_has_the_session()
    {
        Open();
        ResumeLine older = _line;
        _line = new ResumeLine();
        // The server has not noticed that the older one is lost.
        _client.Gone(ResumeLine.Record(), mayResume: true, _now);
        _client.Connected(null, _line.Client, _now);
        Assert.Equal(SessionEffects.CloseOlder | SessionEffects.WriteResumed | SessionEffects.Repeat, Resume("a", "two"));
        Assert.Empty(older.ToClient);
        ToClient();
        Assert.Equal(SessionState.Attached.Instance, _client.State);
    }

    public static TheoryData<string, bool, string> Wrong => new()
    {
        { "", true, nameof(Violations.ResumeMessageEmpty) },
        { "x", true, nameof(Violations.ResumeMarkUnknown) },
        { "+", true, nameof(Violations.ResumeAcknowledgementNoNumber) },
        { "+x", true, nameof(Violations.ResumeAcknowledgementNoNumber) },
        { "+-1", true, nameof(Violations.ResumeAcknowledgementNoNumber) },
        { "+1", true, nameof(Violations.ResumeAcknowledgedTooMany) },
        { "+0", false, nameof(Violations.ResumeControlNotText) },
        { "?", false, nameof(Violations.ResumeControlNotText) },
        { "!{}", false, nameof(Violations.ResumeControlNotText) },
        { "!{}", true, nameof(Violations.ResumeControlUnknown) },
        { "!x", true, nameof(Violations.ResumeControlNotObject) },
        { """!{"hello":1}""", true, nameof(Violations.ResumeSecondHello) },
        { """!{"resume":"t","got":0,"acked":0}""", true, nameof(Violations.ResumeBehindHello) },
        { "#1.1.0000 x", true, nameof(Violations.ResumeTopicFromClient) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_a_client_does_wrong_has_its_own_reason(string message, bool isText, string row)
    {
        Open();
        _line.Client.Write(isText ? WebSocketOpcode.Text : WebSocketOpcode.Binary, Encoding.UTF8.GetBytes(message));
        SessionEvent found = ToServer();
        Assert.Equal((SessionEventKind.Broken, row), (found.Kind, found.Violation?.Reason.Key));
    }

    [Theory]
    [InlineData("""!{"session":"s","token":"t","windowMs":1,"level":"node","limit":{"messages":1,"bytes":1}}""")]
    [InlineData("""!{"resumed":{"got":0,"replay":0,"token":"t"}}""")]
    [InlineData("""!{"lost":{"reason":"expired"}}""")]
    [InlineData("""!{"ended":{"code":4001,"reason":""}}""")]
    public void What_a_server_says_out_of_its_place_is_a_violation(string message)
    {
        Open();
        _line.Server.Write(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message));
        Assert.Equal(Violations.ResumeControlOutOfPlace(), ToClient().Violation);
    }

    [Theory]
    [InlineData("=early")]
    [InlineData("+0")]
    [InlineData("?")]
    [InlineData("#1.1.0000 x")]
    public void Nothing_comes_before_the_answer(string message)
    {
        _client.Connected(null, _line.Client, _now);
        _line.Server.Write(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message));
        Assert.Equal(Violations.ResumeBeforeAnswer(), ToClient().Violation);
    }

    [Fact]
    public void Server_that_says_to_have_got_what_was_never_sent_is_not_believed()
    {
        Open();
        Lose();
        _client.Connected(null, _line.Client, _now);
        _line.Server.Write(WebSocketOpcode.Text, """!{"resumed":{"got":1,"replay":0,"node":"a","token":"t"}}"""u8);
        Assert.Equal(Violations.ResumeMalformed("got"), ToClient().Violation);
    }

    [Fact]
    public void Message_costs_no_allocation()
    {
        Open();
        byte[] payload = new byte[32], message = [(byte)'=', .. payload];
        long least = long.MaxValue;
        var output = new Dropped();
        for (int run = 0; run < 20 && least != 0; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 32; i++)
            {
                _server.Receive(WebSocketOpcode.Binary, message, output, _now);
                _server.TakeAllBut(0, 0, output, _now);
                _server.Send(WebSocketOpcode.Binary, payload, output);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            _server.Receive(WebSocketOpcode.Text, Encoding.ASCII.GetBytes($"+{_server.Sent}"), output, _now);
        }

        Assert.Equal(0, least);
    }

    private static string Text(SessionEvent found) => Encoding.UTF8.GetString(found.Payload.Span);

    private static string[] Written(Queue<(WebSocketOpcode, byte[] Message)> queue, bool keep = false)
    {
        string[] written = [.. queue.Select(entry => Encoding.UTF8.GetString(entry.Message))];
        if (!keep) queue.Clear();
        return written;
    }

    private void Begin() => _server.Begin(new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits), _line.Server);

    private void Open()
    {
        _client.Connected(null, _line.Client, _now);
        _line.ToServer.Clear();
        Begin();
        ToClient();
    }

    private void Lose()
    {
        _line = new ResumeLine();
        _client.Gone(ResumeLine.Record(), mayResume: true, _now);
        _server.Gone(ResumeLine.Record(), mayResume: true, _now);
    }

    private SessionEffects Resume(string node, string token)
    {
        (WebSocketOpcode kind, byte[] message) = _line.ToServer.Dequeue();
        Assert.Null(ResumeGreeting.Read(kind, message, out ResumeControl? asked));
        return _server.Resume((ResumeControl.Resume)asked!, node, token, _line.Server, _now);
    }

    private SessionEvent ToServer()
    {
        (WebSocketOpcode kind, byte[] message) = _line.ToServer.Dequeue();
        return _server.Receive(kind, message, _line.Server, _now);
    }

    private SessionEvent ToClient()
    {
        (WebSocketOpcode kind, byte[] message) = _line.ToClient.Dequeue();
        return _client.Receive(kind, message, _line.Client, _now);
    }

    private sealed class Dropped : IResumeOutput
    {
        public void Write(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible = true)
        {
        }
    }
}
