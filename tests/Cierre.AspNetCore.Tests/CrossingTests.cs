using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Closes that meet what the other side is still sending.</summary>
public class CrossingTests
{
    /// <summary>The server's close frame and its end arrive while the client's message is on its way out: the answer still goes out before the client lets go.</summary>
    [Fact]
    public async Task Client_whose_message_was_refused_answers_the_close_however_fast_the_server_ends()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, options => options.MaxMessageSize = 1024);
        await Parallel.ForEachAsync(Enumerable.Range(0, 600), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, token) =>
        {
            await using WebSocketConnection client = await server.ConnectAsync();
            await client.SendAsync(new byte[2000], token);
            CloseRecord record = await client.Closed.WaitAsync(TimeSpan.FromSeconds(20), token);
            Assert.Equal((1009, true, EndedBy.Remote), (record.Code, record.WasClean, record.EndedBy));
            Assert.Equal(new CloseFrame(1009), record.Sent);
        });
    }
}
