namespace Cierre.Testing.Tests;

public sealed class CloseAssertionsTests
{
    private static readonly CloseRecord Clean = EndOf(client => client.CloseAsync(4001, "done"), server: true);
    private static readonly CloseRecord Lost = EndOf(
        client =>
        {
            client.Abort();
            return client.Closed;
        },
        server: true);

    [Fact]
    public void What_is_as_expected_passes_and_is_handed_on()
    {
        Assert.Same(Clean, Clean.ShouldBeClean(4001).ShouldBeClean(4001, "done").ShouldHave());
        Assert.Same(Clean, Clean.ShouldHave(4001, "done", true, 4001, 4001, EndedBy.Remote, CloseCause.PeerClosed, "came first"));
        Assert.Same(Lost, Lost.ShouldBeLost().ShouldBeLost(CloseCause.ConnectionReset).ShouldHave(sent: 0, received: 0, endedBy: EndedBy.Network));
    }

    [Fact]
    public void What_differs_is_said_in_words_with_the_records_own()
    {
        var failure = Assert.Throws<CloseAssertionException>(() => Lost.ShouldHave(code: 1000, clean: true, sent: 1000, received: 1000, endedBy: EndedBy.Remote, cause: CloseCause.PeerClosed, reason: "bye", detail: "bye"));
        Assert.Same(Lost, failure.Record);
        Assert.StartsWith(
            """
            The connection did not end as expected.
              the code: expected 1000 (Normal Closure), but it was 1006 (Abnormal Closure)
              the reason: expected "bye", but it was ""
              the close: expected clean, but it was not clean
              our close frame: expected 1000 (Normal Closure), but it was no close frame
              the close frame received: expected 1000 (Normal Closure), but it was no close frame
              ended by: expected the peer, but it was the network
              the cause: expected PeerClosed, but it was ConnectionReset
              the detail: expected something with "bye", but it was "the peer or something in between reset the connection (ConnectionReset)"
            The record explains:
              1006 Abnormal Closure: the connection was lost without a close frame.
            """.ReplaceLineEndings(),
            failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Code_of_an_application_has_the_name_that_the_application_gave_it()
    {
        CloseRecord record = EndOf(client => client.CloseAsync(4001), server: true, new CloseCodes().Add(4001, "Session replaced"));
        string message = Assert.Throws<CloseAssertionException>(() => record.ShouldHave(code: 1000, received: 4002)).Message;
        Assert.Contains("the code: expected 1000 (Normal Closure), but it was 4001 (Session replaced)", message, StringComparison.Ordinal);
        Assert.Contains("the close frame received: expected 4002, but it was 4001 (Session replaced)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_expectation_fails_on_the_other_kind_of_end()
    {
        Assert.Throws<CloseAssertionException>(() => Lost.ShouldBeClean());
        Assert.Throws<CloseAssertionException>(() => Clean.ShouldBeClean());
        Assert.Throws<CloseAssertionException>(() => Clean.ShouldBeClean(4001, "else"));
        Assert.Throws<CloseAssertionException>(() => Clean.ShouldBeLost());
        Assert.Throws<CloseAssertionException>(() => Lost.ShouldBeLost(CloseCause.EndOfStream));
        Assert.Throws<CloseAssertionException>(() => Lost.ShouldHaveFailed());
    }

    [Fact]
    public void Wait_for_the_end_is_bounded_by_the_clock_it_is_given()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair();
            TimeoutException open = await Assert.ThrowsAsync<TimeoutException>(() => server.ShouldEndAsync(TimeSpan.FromSeconds(30), network.Time));
            Assert.Equal("Expected the connection to end within 30 s, but it is open, and nobody has begun a close.", open.Message);
            Assert.Equal(TimeSpan.FromSeconds(30), network.Elapsed);
            Task<CloseRecord> closing = client.CloseAsync();
            (await server.ShouldEndAsync(TimeSpan.FromSeconds(1), network.Time)).ShouldBeClean();
            await closing;
        });
    }

    private static CloseRecord EndOf(Func<WebSocketConnection, Task<CloseRecord>> end, bool server, CloseCodes? codes = null)
    {
        CloseRecord? record = null;
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection theirs) = network.CreatePair(serverOptions: new WebSocketConnectionOptions { CloseCodes = codes ?? CloseCodes.Default });
            CloseRecord ours = await end(client);
            record = server ? await theirs.Closed : ours;
        });
        return record!;
    }
}
