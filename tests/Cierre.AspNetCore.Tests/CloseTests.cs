using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The closing handshake over real connections, the same over each carrier.</summary>
public class CloseTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Messages_are_echoed_and_the_client_s_close_is_clean_on_both_sides(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using WebSocketConnection client = await server.ConnectAsync();
        foreach (int size in (int[])[0, 1, 125, 126, 65535, 65536, 1024 * 1024])
        {
            byte[] data = new byte[size];
            Random.Shared.NextBytes(data);
            await client.SendAsync(data);
            Assert.Equal(data, (await client.ReceiveAsync())!.Value.ToArray());
        }

        CloseRecord record = await client.CloseAsync(4001, "enough").WaitAsync(TimeSpan.FromSeconds(2));
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((4001, "", true, EndedBy.Local, CloseCause.Requested), (record.Code, record.Reason, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal((4001, "enough", true, EndedBy.Remote, CloseCause.PeerClosed), (theirs.Code, theirs.Reason, theirs.WasClean, theirs.EndedBy, theirs.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Handler_that_returns_closes_with_1000(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, _ => Task.CompletedTask);
        await using WebSocketConnection client = await server.ConnectAsync();
        Assert.Null(await client.ReceiveAsync());
        CloseRecord record = await client.Closed.WaitAsync(TimeSpan.FromSeconds(2));
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((1000, true, EndedBy.Remote), (record.Code, record.WasClean, record.EndedBy));
        Assert.Equal((1000, true, EndedBy.Local, CloseCause.HandlerReturned), (theirs.Code, theirs.WasClean, theirs.EndedBy, theirs.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Handler_that_throws_closes_with_1011_and_keeps_its_exception_to_itself(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, _ => throw new InvalidOperationException("a secret"));
        await using WebSocketConnection client = await server.ConnectAsync();
        CloseRecord record = await client.Closed.WaitAsync(TimeSpan.FromSeconds(2));
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((1011, "the handler failed", true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal("a secret", theirs.Exception!.Message);
        Assert.Equal(CloseCause.HandlerFailed, theirs.Cause);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Host_that_stops_closes_with_1001_at_once(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using WebSocketConnection client = await server.ConnectAsync();
        long begun = TimeProvider.System.GetTimestamp();
        await server.StopAsync();
        CloseRecord record = await client.Closed.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((1001, true), (record.Code, record.WasClean));
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(2));
    }
}
