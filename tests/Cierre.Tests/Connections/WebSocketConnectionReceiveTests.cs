using System.Text;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionReceiveTests
{
    [Fact]
    public async Task Receive_loop_and_stream_can_follow_each_other_on_a_pair()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        byte[] big = new byte[500_000];
        new Random(2).NextBytes(big);
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await client.SendAsync($"text {i}");
                await client.SendAsync(big);
                await client.SendAsync(Encoding.UTF8.GetBytes($"binary {i}"));
            }
        });
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal($"text {i}", (await Played.Within(server.ReceiveAsync().AsTask()))!.Value.GetText());
            await using (WebSocketMessageStream stream = (await Played.Within(server.ReceiveStreamAsync().AsTask()))!)
            {
                var copy = new MemoryStream();
                await Played.Within(stream.CopyToAsync(copy));
                Assert.Equal(big, copy.ToArray());
            }

            await foreach (WebSocketMessage message in server.ReadAllAsync())
            {
                Assert.Equal((WebSocketMessageKind.Binary, $"binary {i}"), (message.Kind, message.GetText()));
                break;
            }
        }

        await Played.Within(sending);
        await Played.Within(Task.WhenAll(client.CloseAsync(), server.Closed));
    }

    [Fact]
    public async Task Slow_receiver_holds_the_sender_back_and_everything_arrives()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        int sent = 0;
        Task sending = Task.Run(async () =>
        {
            for (; sent < 5_000; Interlocked.Increment(ref sent)) await client.SendAsync(new byte[1_000]);
        });
        for (int i = 0; i < 5_000; i++)
        {
            Assert.NotNull(await Played.Within(server.ReceiveAsync().AsTask()));
            // What lies on the way is bounded: staged, in the pipe and unread.
            Assert.InRange(Volatile.Read(ref sent), 0, i + 1_000);
        }

        await Played.Within(sending);
    }
}
