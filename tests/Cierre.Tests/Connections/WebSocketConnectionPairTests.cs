using System.Globalization;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionPairTests
{
    [Fact]
    public async Task A_message_goes_both_ways_and_the_close_is_clean()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        Task echo = Task.Run(async () =>
        {
            await foreach (WebSocketMessage message in server.ReadAllAsync()) await server.SendAsync(message);
        });
        for (int i = 0; i < 100; i++)
        {
            await client.SendAsync($"hello {i}");
            WebSocketMessage? answer = await client.ReceiveAsync();
            Assert.Equal($"hello {i}", answer!.Value.GetText());
        }

        byte[] big = new byte[1024 * 1024];
        Random.Shared.NextBytes(big);
        await client.SendAsync(big);
        Assert.Equal(big, (await client.ReceiveAsync())!.Value.ToArray());

        CloseRecord record = await client.CloseAsync(4001, "done");
        CloseRecord theirs = await server.Closed;
        await echo;
        Assert.Equal((4001, "", true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal((4001, "done", true), (theirs.Code, theirs.Reason, theirs.WasClean));
        Assert.Equal(EndedBy.Local, record.EndedBy);
        Assert.Equal(EndedBy.Remote, theirs.EndedBy);
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task Each_end_has_its_own_options_and_neither_has_an_address()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(serverOptions: new WebSocketConnectionOptions { MaxMessageSize = 10 });
        Assert.Null(client.Url);
        Assert.Null(server.Subprotocol);
        await client.SendAsync(new byte[11]);
        CloseRecord ours = await Played.Within(server.Closed), theirs = await Played.Within(client.Closed);
        Assert.Equal((1006, CloseCause.MessageTooBig), (ours.Code, ours.Cause));
        Assert.Equal((1009, true, CloseCause.PeerClosed), (theirs.Code, theirs.WasClean, theirs.Cause));
    }

    [Fact]
    public async Task Record_explains_with_the_codes_of_its_own_connection_and_no_other_does()
    {
        CloseCodes codes = new CloseCodes().Add(4001, "Session replaced", "the same user opened another session", ReconnectAdvice.OtherAddress);
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(new WebSocketConnectionOptions { CloseCodes = codes });
        _ = server.CloseAsync(4001);
        CloseRecord theirs = await Played.Within(client.Closed), ours = await Played.Within(server.Closed);
        Assert.Equal(("Session replaced", ReconnectKind.OtherAddress), (theirs.CodeInfo.Name, theirs.Reconnect.Kind));
        Assert.StartsWith("4001 Session replaced: the same user opened another session.", theirs.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal("", ours.CodeInfo.Name);
        Assert.StartsWith("4001: for private use between applications.", ours.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);

        (WebSocketConnection other, WebSocketConnection peer) = WebSocketConnection.CreatePair(new WebSocketConnectionOptions { CloseCodes = new CloseCodes().Add(4001, "Room closed") });
        _ = peer.CloseAsync(4001);
        CloseRecord others = await Played.Within(other.Closed);
        Assert.Equal(("Room closed", ReconnectKind.No), (others.CodeInfo.Name, others.Reconnect.Kind));
    }

    [Fact]
    public void Options_without_codes_are_refused() =>
        Assert.Equal("CloseCodes", Assert.Throws<ArgumentNullException>(() => new WebSocketConnectionOptions { CloseCodes = null! }).ParamName);

    [Fact]
    public async Task Abort_is_a_reset_for_the_other_end()
    {
        for (int i = 0; i < 200; i++)
        {
            (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
            (i % 2 == 0 ? client : server).Abort();
            Assert.Equal(CloseCause.Aborted, (await Played.Within((i % 2 == 0 ? client : server).Closed)).Cause);
            CloseRecord record = await Played.Within((i % 2 == 0 ? server : client).Closed);
            Assert.Equal((1006, CloseCause.ConnectionReset, EndedBy.Network), (record.Code, record.Cause, record.EndedBy));
        }
    }

    [Fact]
    public async Task Both_ends_may_close_at_once_and_each_reports_the_others_code()
    {
        for (int i = 0; i < 200; i++)
        {
            (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
            CloseRecord[] records = await Played.Within(Task.WhenAll(Task.Run(() => client.CloseAsync(4001)), Task.Run(() => server.CloseAsync(4002))));
            Assert.All(records, r => Assert.True(r.WasClean));
            // Whoever was too late got the other's code echoed.
            Assert.Contains((records[0].Code, records[1].Code), ((ushort, ushort)[])[(4002, 4001), (4001, 4001), (4002, 4002)]);
        }
    }
}
