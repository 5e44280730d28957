using System.Net;
using System.Security.Claims;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Roster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The open connections, to find, to send to and to close.</summary>
public class RosterTests
{
    [Fact]
    public async Task Entry_tells_what_is_known_of_a_connection_while_it_is_open_and_how_it_ended()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: MapUsers);
        WebSocketRoster roster = Roster(server);
        Assert.Empty(roster);
        WebSocketClientOptions options = server.ClientOptions();
        options.Subprotocols.Add("chat");
        await using WebSocketConnection client = await server.ConnectAsync(options.WithHeader("User", "ana"), path: "/of/7");
        await client.SendAsync("four");
        Assert.Equal("four", (await client.ReceiveAsync().Soon())!.Value.GetText());
        OpenConnection entry = Assert.Single(roster);
        Assert.Equal((1, "/of/{room}", "ana", "chat"), (roster.Count, entry.Endpoint, entry.UserId, entry.Connection.Subprotocol));
        Assert.Equal(IPAddress.Loopback, entry.RemoteEndPoint!.Address);
        Assert.NotEqual(0, entry.RemoteEndPoint.Port);
        Assert.InRange(entry.OpenedAt, before, DateTimeOffset.UtcNow);
        Assert.InRange(entry.Connection.Age, TimeSpan.Zero, DateTimeOffset.UtcNow - before);
        Assert.InRange(entry.Connection.IdleTime, TimeSpan.Zero, entry.Connection.Age);
        // The echo may be here before its sender has noticed that it left.
        await Waits.Until(() => entry.Connection.QueuedBytes == 0, "the echo to be out");
        ConnectionTraffic traffic = entry.Connection.Traffic;
        Assert.Equal((1, 1, 4, 4, 0, 0), (traffic.MessagesReceived, traffic.MessagesSent, traffic.BytesReceived, traffic.BytesSent, traffic.MessagesDropped, entry.Connection.QueuedBytes));
        Assert.Null(entry.Connection.LastRoundTrip);
        await entry.Connection.PingAsync();
        Assert.NotNull(entry.Connection.LastRoundTrip);
        Assert.Same(entry, roster.Find(entry.Id));
        Assert.Equal($"{entry.Id} /of/{{room}} ana", entry.ToString());
        Assert.Null(roster.Find(entry.Id + 1));

        await client.CloseAsync(4000, "done");
        await Waits.Until(() => roster.Count == 0, "the connection to leave");
        Assert.Null(roster.Find(entry.Id));
        Assert.Empty(roster.FindByUserId("ana"));
        ClosedConnection closed = Assert.Single(roster.GetRecentCloses());
        Assert.Equal((entry.Id, "/of/{room}", "ana", "chat", entry.OpenedAt), (closed.Id, closed.Endpoint, closed.UserId, closed.Subprotocol, closed.OpenedAt));
        Assert.Equal((4000, "done", entry.RemoteEndPoint), (closed.Record.Code, closed.Record.Reason, closed.RemoteEndPoint));
        Assert.Equal(closed.OpenedAt + closed.Record.Elapsed, closed.ClosedAt);
    }

    [Fact]
    public async Task Connections_of_a_user_are_found_and_sent_to_and_a_renewal_moves_them()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: MapUsers);
        WebSocketRoster roster = Roster(server);
        string[] users = ["ana", "luis", "ana", ""];
        var clients = new List<WebSocketConnection>();
        foreach (string user in users) clients.Add(await server.ConnectAsync(server.ClientOptions().WithHeader("User", user), path: "/of/1"));
        await Waits.Until(() => roster.Count == 4, "four connections");
        Assert.Equal((2, 1, 0), (roster.FindByUserId("ana").Count, roster.FindByUserId("luis").Count, roster.FindByUserId("eva").Count));
        Assert.Null(Assert.Single(roster, e => e.UserId is null).UserId);
        Assert.Equal(roster.FindByUserId("ana").OrderBy(e => e.Id), roster.FindByUserId("ana"));
        Assert.Equal(new BroadcastResult(2, 0, 0), await roster.FindByUserId("ana").BroadcastAsync("for ana"));
        Assert.Equal(new BroadcastResult(4, 0, 0), await roster.BroadcastAsync("for all"u8.ToArray()));
        Assert.Equal(new BroadcastResult(1, 0, 0), await roster.Where(e => e.UserId is null).BroadcastTextAsync("for nobody"u8.ToArray()));
        Assert.Equal(["for ana", "for all"], [await Text(clients[0]), await Text(clients[0])]);
        Assert.Equal(["for all", "for nobody"], [await Text(clients[3]), await Text(clients[3])]);
        Assert.Equal("for all", await Text(clients[1]));

        await clients[0].SendAsync("become eva");
        Assert.Equal("True", await Text(clients[0]));
        Assert.Equal((1, 1), (roster.FindByUserId("ana").Count, roster.FindByUserId("eva").Count));
        Assert.Equal("eva", roster.FindByUserId("eva")[0].UserId);
        foreach (WebSocketConnection client in clients) await client.DisposeAsync();
        await Waits.Until(() => roster.Count == 0, "all to leave");
        Assert.All(users.Append("eva"), user => Assert.Empty(roster.FindByUserId(user)));
    }

    [Fact]
    public async Task Connections_of_a_user_are_found_the_oldest_first_though_it_became_that_users_last()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: MapUsers);
        WebSocketRoster roster = Roster(server);
        await using WebSocketConnection older = await server.ConnectAsync(server.ClientOptions().WithHeader("User", "luis"), path: "/of/1");
        await Waits.Until(() => roster.Count == 1, "the older connection");
        long oldest = Assert.Single(roster).Id;
        await using WebSocketConnection newer = await server.ConnectAsync(server.ClientOptions().WithHeader("User", "ana"), path: "/of/1");
        await Waits.Until(() => roster.FindByUserId("ana").Count == 1, "the newer connection");
        await older.SendAsync("become ana");
        Assert.Equal("True", await Text(older));
        Assert.Equal(2, roster.FindByUserId("ana").Count);
        Assert.Equal(oldest, roster.FindByUserId("ana")[0].Id);
    }

    [Fact]
    public async Task Chosen_connections_are_closed_with_code_and_reason_and_codes_that_a_server_may_not_send_are_refused_first()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: MapUsers);
        WebSocketRoster roster = Roster(server);
        await using WebSocketConnection ana = await server.ConnectAsync(server.ClientOptions().WithHeader("User", "ana"), path: "/of/1");
        await using WebSocketConnection luis = await server.ConnectAsync(server.ClientOptions().WithHeader("User", "luis"), path: "/of/1");
        await Waits.Until(() => roster.Count == 2, "two connections");
        foreach (ushort code in (ushort[])[0, 1004, 1005, 1006, 1010, 1015, 2999, 5000])
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => roster.CloseAsync(code));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => roster.FindByUserId("nobody").CloseAsync(code));
        }

        IReadOnlyList<CloseRecord> records = await roster.FindByUserId("ana").CloseAsync(4001, "chosen").Soon();
        Assert.Equal((4001, true, EndedBy.Local, CloseCause.Requested), Assert.Single(records) is var r ? (r.Code, r.WasClean, r.EndedBy, r.Cause) : default);
        Assert.Equal((4001, "chosen"), await ana.Closed.Soon() is var theirs ? (theirs.Code, theirs.Reason) : default);
        Assert.True(luis.IsOpen);
        await Waits.Until(() => roster.Count == 1, "ana to leave");
        Assert.Equal("luis", Assert.Single(roster).UserId);
    }

    /// <summary>The handler's token says that its connection ends. Whoever closes that connection with others waits for them all.</summary>
    [Theory]
    [InlineData("close")]
    [InlineData("shed")]
    [InlineData("shed a share")]
    [InlineData("drain")]
    public async Task Handler_that_ends_all_connections_with_its_own_token_waits_for_them_all(string what)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket("/operator", OperateAsync));
        WebSocketRoster roster = Roster(server);
        await using WebSocketConnection first = await server.ConnectAsync();
        await using WebSocketConnection ours = await server.ConnectAsync(path: "/operator");
        await Waits.Until(() => roster.Count == 2, "two connections");
        go.SetResult();
        Assert.Equal(0, await done.Task.Soon());
        await first.Closed.Soon();

        async Task OperateAsync(WebSocketServer all, CancellationToken token)
        {
            await go.Task;
            try
            {
                switch (what)
                {
                    case "close":
                        await all.Connections.CloseAsync(4001, "all", token);
                        break;
                    case "shed":
                        await all.ShedAsync(2, cancellationToken: token);
                        break;
                    case "shed a share":
                        await all.ShedShareAsync(1, cancellationToken: token);
                        break;
                    default:
                        await all.DrainAsync(cancellationToken: token);
                        break;
                }

                done.SetResult(all.Connections.Count(entry => entry.Connection.IsOpen));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }

    [Fact]
    public async Task Log_line_of_a_close_names_the_connection()
    {
        var lines = new LogSink();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, _ => Task.CompletedTask, build: builder => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(lines));
        WebSocketRoster roster = Roster(server);
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.Closed.Soon();
        await Waits.Until(() => roster.GetRecentCloses().Count == 1, "the connection to leave");
        Assert.Contains(lines.Lines, line => line.StartsWith($"WebSocket {roster.GetRecentCloses()[0].Id} / closed: 1000", StringComparison.Ordinal));
    }

    [Fact]
    public void Last_closes_are_kept_up_to_their_number_the_newest_first()
    {
        var recent = new RecentCloses();
        Assert.Empty(recent.Snapshot());
        for (int i = 1; i <= RecentCloses.Most + 5; i++)
        {
            recent.Add(new ClosedConnection(i, "/", null, null, null, default, new CloseRecord()));
            Assert.Equal(Enumerable.Range(1, i).Reverse().Take(RecentCloses.Most), recent.Snapshot().Select(c => (int)c.Id));
        }
    }

    [Fact]
    public async Task Thousands_enter_and_leave_at_once_and_nobody_stays_behind()
    {
        var roster = new WebSocketRoster();
        OpenConnection[] entries = [.. Enumerable.Range(0, 4_000).Select(i => new OpenConnection(WebSocketConnection.CreatePair().Server, "/", i % 3 == 0 ? null : $"{i % 7}", null, default))];
        Parallel.ForEach(entries, entry =>
        {
            roster.Add(entry);
            Assert.Same(entry, roster.Find(entry.Id));
            if (entry.Id % 5 == 0) roster.Rename(entry, "renamed");
            if (entry.UserId is { } user) Assert.Contains(entry, roster.FindByUserId(user));
        });
        Assert.Equal(entries.Length, roster.Count);
        Assert.Equal(entries.OrderBy(e => e.Id), roster.OrderBy(e => e.Id));
        foreach (IGrouping<string, OpenConnection> user in entries.Where(e => e.UserId is not null).GroupBy(e => e.UserId!))
        {
            Assert.Equal(user.OrderBy(e => e.Id), roster.FindByUserId(user.Key).OrderBy(e => e.Id));
        }

        Task empty = roster.WhenEmpty();
        Parallel.ForEach(entries, entry =>
        {
            roster.Remove(entry, new CloseRecord());
            roster.Remove(entry, new CloseRecord());
            roster.Rename(entry, "late");
        });
        await empty.Soon();
        Assert.Empty(roster);
        Assert.Empty(roster.FindByUserId("late"));
        Assert.All(Enumerable.Range(0, 7), i => Assert.Empty(roster.FindByUserId($"{i}")));
    }

    private static WebSocketRoster Roster(TestServer server) => server.Services.GetRequiredService<WebSocketServer>().Connections;

    private static async Task<string> Text(WebSocketConnection client) => (await client.ReceiveAsync().Soon())!.Value.GetText();

    private static void MapUsers(WebApplication app)
    {
        app.Use(next => context =>
        {
            if (context.Request.Headers["User"].ToString() is { Length: > 0 } user) context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test"));
            return next(context);
        });
        app.UseRouting();
        app.MapWebSocket(
            "/of/{room}",
            async (connection, context, _) =>
            {
                await foreach (WebSocketMessage message in connection.ReadAllAsync(CancellationToken.None))
                {
                    if (message.GetText().Split(' ') is not ["become", var user])
                    {
                        await connection.SendAsync(message, CancellationToken.None);
                        continue;
                    }

                    var principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test"));
                    await connection.SendAsync($"{await context.Features.Get<WebSocketCredentials>()!.RenewAsync(principal, null, CancellationToken.None)}", CancellationToken.None);
                }
            },
            options => options.Subprotocols.Add("chat"));
    }
}
