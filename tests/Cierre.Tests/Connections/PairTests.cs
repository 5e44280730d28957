using Xunit;

namespace Cierre.Tests.Connections;

public class PairTests
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
}
