using System.Buffers.Binary;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A cancelled wait harms nothing: no message is lost or doubled, and the connection goes on.</summary>
public class CancellationTests
{
    private const int Cancellations = 10_000;

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Receives_cancelled_ten_thousand_times_in_both_roles_lose_nothing(Carrier carrier)
    {
        var (ours, theirs) = (new Counter(), new Counter());
        using var stop = new CancellationTokenSource();
        Task far = Task.CompletedTask;
        await using TestServer server = await TestServer.StartAsync(carrier, connection => far = BothAsync(connection, theirs, stop.Token));
        await using WebSocketConnection client = await server.ConnectAsync();
        Task both = BothAsync(client, ours, stop.Token);
        await Waits.Until(
            () => both.IsCompleted || (ours.Cancelled >= Cancellations && theirs.Cancelled >= Cancellations && ours.Messages > 100 && theirs.Messages > 100),
            "10,000 cancellations and a hundred messages on both sides");
        await stop.CancelAsync();
        await both.Soon();
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        Assert.True((await server.RecordAsync()).WasClean);
        await far.Soon();
        Assert.Equal((theirs.Sent, ours.Sent), (ours.Messages, theirs.Messages));
        Assert.True(ours.Messages > 100 && theirs.Messages > 100, $"{ours.Messages} and {theirs.Messages} messages");
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Cancelled_send_that_waits_is_taken_out_whole(Carrier carrier)
    {
        var go = new TaskCompletionSource();
        List<int> received = [];
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await go.Task;
            await foreach (WebSocketMessage message in connection.ReadAllAsync())
            {
                Assert.Equal(100_000, message.Data.Length);
                received.Add(message.Data.Span[0]);
            }
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        List<Task> sends = [];
        using var cancel = new CancellationTokenSource();
        List<int> expected = [];
        // The server does not read: from some point on the sends wait. Every third is cancelled.
        for (int i = 0; i < 200; i++)
        {
            byte[] data = new byte[100_000];
            data[0] = (byte)i;
            Task send = client.SendAsync(data, i % 3 == 0 ? cancel.Token : CancellationToken.None).AsTask();
            sends.Add(send);
            if (i % 3 != 0 || send.IsCompleted) expected.Add(i);
        }

        Assert.Contains(sends, send => !send.IsCompleted);
        await cancel.CancelAsync();
        go.SetResult();
        int cancelled = 0;
        for (int i = 0; i < sends.Count; i++)
        {
            try
            {
                await sends[i].Soon();
                if (!expected.Contains(i)) expected.Add(i);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                Assert.Equal(0, i % 3);
            }
        }

        Assert.True((await client.CloseAsync().Soon()).WasClean);
        await server.RecordAsync();
        Assert.True(cancelled > 20, $"{cancelled} cancelled");
        Assert.Equal(expected.Order(), received);
    }

    [Fact]
    public async Task Token_that_is_cancelled_already_sends_and_receives_nothing()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using WebSocketConnection client = await server.ConnectAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.SendAsync("never", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.ReceiveAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.OpenSendStreamAsync(WebSocketMessageKind.Text, cancelled));
        await client.SendAsync("first");
        Assert.Equal("first", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    private static Task BothAsync(WebSocketConnection connection, Counter counter, CancellationToken stop) =>
        Task.WhenAll(Task.Run(() => SendAsync(connection, counter, stop), CancellationToken.None), Task.Run(() => ReceiveAsync(connection, counter), CancellationToken.None));

    /// <summary>Numbers as messages, until it is told to stop; then a text.</summary>
    private static async Task SendAsync(WebSocketConnection connection, Counter counter, CancellationToken stop)
    {
        byte[] number = new byte[4];
        while (!stop.IsCancellationRequested)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, counter.Sent++);
            await connection.SendAsync(number, CancellationToken.None);
            // As often as not the other side has to wait.
            if (counter.Sent % 8 == 0) await Task.Delay(1, CancellationToken.None);
        }

        await connection.SendAsync("end", CancellationToken.None);
    }

    /// <summary>Receives under tokens that are cancelled at once or a moment later, until the text comes.</summary>
    private static async Task ReceiveAsync(WebSocketConnection connection, Counter counter)
    {
        while (true)
        {
            var source = new CancellationTokenSource();
            ValueTask<WebSocketMessage?> receive = connection.ReceiveAsync(source.Token);
            if (counter.Cancelled % 2 == 0) ThreadPool.UnsafeQueueUserWorkItem(static s => s.Cancel(), source, preferLocal: false);
            else source.Cancel();
            try
            {
                WebSocketMessage message = await receive ?? throw new InvalidDataException("the connection ended");
                if (message.Kind == WebSocketMessageKind.Text) return;
                if (BinaryPrimitives.ReadInt32LittleEndian(message.Data.Span) != counter.Messages) throw new InvalidDataException($"{counter.Messages} was due");
                counter.Messages++;
            }
            catch (OperationCanceledException)
            {
                counter.Cancelled++;
            }
        }
    }

    private sealed class Counter
    {
        public int Sent;
        public int Messages;
        public volatile int Cancelled;
    }
}
