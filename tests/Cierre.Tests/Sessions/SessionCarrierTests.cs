using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class SessionCarrierTests
{
    private readonly Played _line = new();
    private readonly SessionDriver _session = SessionDriver.OfServer(
        ResumeLimits.Default, TimeSpan.FromMinutes(2), new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), new FakeTimeProvider());

    [Fact]
    public void Connection_that_carries_a_session_is_never_full_and_as_busy_as_the_session_s_reader()
    {
        var carrier = new SessionCarrier(_line.Connection.Driver, _session, token: 3);
        Assert.Equal((3, true, false, false), (carrier.Token, carrier.HandsOut, carrier.WantsParts, carrier.IsFull(int.MaxValue)));
        Assert.Equal((true, false), (carrier.IsIdle, carrier.IsBusy));
        Begin();
        _line.PeerText("=unread");
        Assert.Equal((false, true), (carrier.IsIdle, carrier.IsBusy));
    }

    [Fact]
    public void What_was_written_is_sent_off_once()
    {
        var carrier = new SessionCarrier(_line.Connection.Driver, _session, token: 0);
        Assert.False(carrier.TakeFlush());
        carrier.Write(WebSocketOpcode.Text, "=1"u8);
        Assert.Empty(_line.Sent);
        Assert.True(carrier.TakeFlush());
        Assert.False(carrier.TakeFlush());
        _line.Connection.Driver.Sending.Flush();
        Assert.Equal("=1", Assert.Single(_line.Sent).Text);
    }

    [Fact]
    public async Task Session_is_told_when_the_connection_has_ended()
    {
        Begin();
        Assert.False(_session.IsAway);
        _line.Wire.End();
        await _line.Ended;
        await Played.Until(() => _session.IsAway);
    }

    /// <summary>They wait for the call that is under way on the thread of the connection before.</summary>
    [Fact]
    public async Task Client_reads_no_further_where_its_handler_has_not_come_to_what_waits_of_topics()
    {
        const int Messages = 30;
        using var inside = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        List<int> lengths = [];
        var connection = new WebSocketConnection(new WebSocketNegotiation());
        SessionDriver client = SessionDriver.OfClient(new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), new FakeTimeProvider());
        connection.Open(client);
        _ = connection.RunAsync(new OfTopics(data =>
        {
            inside.Set();
            Assert.True(goOn.Wait(TimeSpan.FromSeconds(20)));
            lock (lengths) lengths.Add(data.Length);
        }));
        var older = new Played(client: true);
        SessionCarrier carrier = client.Connect(older.Connection.Driver)!;
        older.PeerText("""!{"session":"1","node":"a","token":"t","windowMs":120000,"level":"node","limit":{"messages":1024,"bytes":262144}}""");
        older.PeerText("""!{"topic":{"id":1,"name":"room","at":"0a.0.0000"}}""");
        Task first = Task.Run(() => older.PeerText("#1.1.aaaa 1"));
        Assert.True(inside.Wait(TimeSpan.FromSeconds(20)));
        client.Gone(carrier, CloseRecord.NotOpened(Cierre.Closing.EndReason.PeerClosed, TimeSpan.Zero) with { Code = 1006 }, mayResume: true);
        var newer = new Played(client: true);
        Assert.NotNull(client.Connect(newer.Connection.Driver));
        newer.PeerText("""!{"resumed":{"got":0,"replay":0,"node":"a","token":"u"}}""");
        newer.PeerText("""!{"topic":{"id":1,"name":"room","at":"0a.1.aaaa"}}""");
        Task second = Task.Run(() =>
        {
            for (int i = 2; i <= Messages; i++) newer.PeerText($"#1.{i}.aaaa {new string('x', 10_000 + i)}");
        });
        await Played.Within(second);
        Assert.True(newer.Wire.IsPaused);
        Assert.InRange(client.UnreadTopicBytes, 64 * 1024, 90 * 1024);
        goOn.Set();
        await Played.Within(first);
        await Played.Until(() =>
        {
            lock (lengths) return lengths.Count == Messages;
        });
        Assert.Equal([1, .. Enumerable.Range(2, Messages - 1).Select(i => 10_000 + i)], lengths);
        Assert.Equal(0, client.UnreadTopicBytes);
    }

    private sealed class OfTopics(Action<byte[]> told) : IWebSocketHandler
    {
        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => Assert.Fail("of no topic");

        public void OnTopicMessage(WebSocketConnection connection, string topic, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => told(data.ToArray());
    }

    private void Begin() => Assert.NotNull(_session.Begin(
        _line.Connection.Driver, new ResumeControl.Hello(System.Collections.Immutable.ImmutableDictionary<string, TopicCursor>.Empty),
        new ResumeControl.Session("1", "a", "t", TimeSpan.FromMinutes(2), "node", ResumeLimits.Default)));
}
