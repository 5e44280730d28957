using System.Collections.Immutable;
using System.Text;
using Cierre.Closing;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

/// <summary>Control messages, read and written.</summary>
public sealed class ResumeControlReaderTests
{
    private static readonly ImmutableDictionary<string, TopicCursor> Room = ImmutableDictionary<string, TopicCursor>.Empty.Add("room:1", new TopicCursor("9f2c", 15521, 0x77e0));

    public static TheoryData<string> OfClient => new(
        """{"hello":1}""",
        """{"hello":1,"topics":{"room:1":"9f2c.15521.77e0"}}""",
        """{"resume":"CfDJ8","got":1041,"acked":977,"sent":990,"topics":{"room:1":"9f2c.15521.77e0"},"last":{"code":1006,"cause":"connection-reset","openMs":81234}}""",
        """{"resume":"CfDJ8","got":0,"acked":0}""");

    public static TheoryData<string> OfServer => new(
        """{"session":"5f3c","node":"a","token":"CfDJ8","windowMs":120000,"level":"durable","limit":{"messages":1024,"bytes":262144}}""",
        """{"resumed":{"got":985,"replay":6,"node":"b","token":"CfDJ8"}}""",
        """{"lost":{"reason":"expired"}}""",
        """{"ended":{"code":4001,"reason":"signed out"}}""",
        """{"ended":{"code":1005,"reason":""}}""",
        """{"topic":{"id":7,"name":"room:1","at":"9f2c.15520.77e0"}}""",
        """{"gap":{"name":"room:1","from":15522,"to":15990,"at":"9f2c.15990.03bd","reason":"trimmed"}}""",
        """{"gap":{"name":"room:1","from":null,"to":null,"at":"9f2c.15990.03bd","reason":"epoch"}}""",
        """{"retry":{"afterMs":[0,3000]}}""");

    [Theory]
    [MemberData(nameof(OfClient))]
    public void What_a_client_says_is_read_and_written_alike(string json) => ShouldPass(json, WebSocketRole.Server);

    [Theory]
    [MemberData(nameof(OfServer))]
    public void What_a_server_says_is_read_and_written_alike(string json) => ShouldPass(json, WebSocketRole.Client);

    [Fact]
    public void Members_have_their_places()
    {
        Assert.Empty(((ResumeControl.Hello)Read("""{"hello":1}""", WebSocketRole.Server)).Topics);
        var resume = (ResumeControl.Resume)Read(
            """{"resume":"t","got":3,"acked":2,"sent":5,"topics":{"room:1":"9f2c.15521.77e0"},"last":{"code":1006,"cause":"x","openMs":9}}""", WebSocketRole.Server);
        Assert.Equal(("t", 3, 2, 5), (resume.Token, resume.Got, resume.Acknowledged, resume.Sent));
        Assert.Equal(Room, resume.Topics);
        Assert.Equal(new ResumeControl.LastEnd(1006, "x", 9), resume.Last);
    }

    [Fact]
    public void Members_that_are_not_known_are_left_out() =>
        Assert.Equal(new ResumeControl.Lost("expired"), Read("""{"lost":{"reason":"expired","more":[1]},"other":{}}""", WebSocketRole.Client));

    [Theory]
    [InlineData("", nameof(Violations.ResumeControlNotObject))]
    [InlineData("x", nameof(Violations.ResumeControlNotObject))]
    [InlineData("[]", nameof(Violations.ResumeControlNotObject))]
    [InlineData("1", nameof(Violations.ResumeControlNotObject))]
    [InlineData("""{"hello":1""", nameof(Violations.ResumeControlNotObject))]
    [InlineData("""{"hello":1} {}""", nameof(Violations.ResumeControlNotObject))]
    [InlineData("{}", nameof(Violations.ResumeControlUnknown))]
    [InlineData("""{"session":"x"}""", nameof(Violations.ResumeControlUnknown))]
    [InlineData("""{"hello":2}""", nameof(Violations.ResumeVersion))]
    [InlineData("""{"hello":"1"}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"hello":1,"topics":[]}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"hello":1,"topics":{"a":1}}""", nameof(Violations.ResumeCursorMalformed))]
    [InlineData("""{"hello":1,"topics":{"a":"x"}}""", nameof(Violations.ResumeCursorMalformed))]
    [InlineData("""{"resume":1,"got":0,"acked":0}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","acked":0}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","got":-1,"acked":0}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","got":0.5,"acked":0}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","got":9007199254740993,"acked":0}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","got":0,"acked":"0"}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","got":0,"acked":0,"sent":-1}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"t","got":0,"acked":0,"last":1}""", nameof(Violations.ResumeMalformed))]
    [InlineData("""{"resume":"\ud800","got":0,"acked":0}""", nameof(Violations.ResumeControlNotObject))]
    public void What_a_client_says_wrong_is_said_to_be(string json, string row)
    {
        Violation? violation = ResumeControlReader.Read(Encoding.UTF8.GetBytes(json), WebSocketRole.Server, out ResumeControl? control);
        Assert.Equal((row, null), (violation?.Reason.Key, control));
    }

    [Theory]
    [InlineData("""{"resumed":{"got":1}}""")]
    [InlineData("""{"resumed":1}""")]
    [InlineData("""{"session":"s","token":"t","windowMs":1,"level":"node","limit":{"messages":0,"bytes":1}}""")]
    [InlineData("""{"session":"s","token":"t","windowMs":99999999999,"level":"node","limit":{"messages":1,"bytes":1}}""")]
    [InlineData("""{"ended":{"code":1006,"reason":""}}""")]
    [InlineData("""{"ended":{"code":70000,"reason":""}}""")]
    [InlineData("""{"retry":{"afterMs":[3,2]}}""")]
    [InlineData("""{"retry":{"afterMs":[3]}}""")]
    [InlineData("""{"retry":{"afterMs":3}}""")]
    [InlineData("""{"topic":{"id":-1,"name":"a","at":"9f2c.1.77e0"}}""")]
    public void What_a_server_says_wrong_is_malformed(string json) =>
        Assert.Equal(nameof(Violations.ResumeMalformed), ResumeControlReader.Read(Encoding.UTF8.GetBytes(json), WebSocketRole.Client, out _)?.Reason.Key);

    [Fact]
    public void Topics_are_counted()
    {
        string topics = string.Join(',', Enumerable.Range(0, 1001).Select(i => $"\"t{i}\":\"9f2c.1.77e0\""));
        Assert.Equal(Violations.ResumeTooManyTopics(1000),
            ResumeControlReader.Read(Encoding.UTF8.GetBytes("{\"hello\":1,\"topics\":{" + topics + "}}"), WebSocketRole.Server, out _));
    }

    private static ResumeControl Read(string json, WebSocketRole reader)
    {
        Assert.Null(ResumeControlReader.Read(Encoding.UTF8.GetBytes(json), reader, out ResumeControl? control));
        return control!;
    }

    private static void ShouldPass(string json, WebSocketRole reader) =>
        Assert.Equal("!" + json, Encoding.UTF8.GetString(ResumeControlWriter.Write(Read(json, reader)).Span));
}
