using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

public class OnClosedTests
{
    [Fact]
    public async Task Endpoint_is_told_how_each_connection_ended()
    {
        var told = new TaskCompletionSource<(WebSocketConnection, CloseRecord)>();
        WebSocketConnection? served = null;
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            connection => TestServer.EchoAsync(served = connection),
            options => options.OnClosed = (connection, record) => told.TrySetResult((connection, record)));
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("the handler runs");
        await client.ReceiveAsync();
        await client.CloseAsync(4001, "enough");
        (WebSocketConnection connection, CloseRecord record) = await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Same(served, connection);
        Assert.Same(await connection.Closed, record);
        Assert.Equal((4001, "enough", true), (record.Code, record.Reason, record.WasClean));
    }

    [Fact]
    public async Task Endpoint_is_told_of_a_connection_that_authorization_closed_before_its_handler_could_run()
    {
        var told = new TaskCompletionSource<CloseRecord>();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Services.AddAuthorization(),
            map: app => app.MapWebSocket("/members", TestServer.EchoAsync, options =>
            {
                options.AuthorizationResponse = RefusalMode.Close;
                options.OnClosed = (_, record) => told.TrySetResult(record);
            }).RequireAuthorization());
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        CloseRecord theirs = await client.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        CloseRecord record = await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((3000, true, CloseCause.Unauthorized, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
        Assert.Equal((3000, true, EndedBy.Remote), (theirs.Code, theirs.WasClean, theirs.EndedBy));
    }

    [Fact]
    public async Task Exception_of_the_one_who_was_told_is_logged_and_harms_no_connection()
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            options => options.OnClosed = (_, _) => throw new InvalidOperationException("not now"),
            build: builder => builder.Logging.AddProvider(log));
        for (int i = 0; i < 2; i++)
        {
            await using WebSocketConnection client = await server.ConnectAsync();
            Assert.True((await client.CloseAsync()).WasClean);
            Assert.True((await server.RecordAsync()).WasClean);
        }

        await server.Services.GetRequiredService<WebSocketRoster>().WhenEmpty().WaitAsync(TimeSpan.FromSeconds(10));
        // Once for each, and the request did not fail.
        Assert.Equal(2, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.StartsWith("The endpoint's OnClosed failed System.InvalidOperationException: not now", line, StringComparison.Ordinal));
    }
}
