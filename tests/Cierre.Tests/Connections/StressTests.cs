using System.Collections.Concurrent;
using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>Threads that send, stream, ping, cancel, close, abort and dispose at random on pairs; the seed is in the test's name.</summary>
public sealed class StressTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_threads_do_there_is_one_record_and_messages_come_whole_and_in_order(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 15; round++) await Round(random.Next());
    }

    private static async Task Round(int seed)
    {
        var options = new WebSocketConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(2) };
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(options, options);
        var faults = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var random = new Random(seed);
        Task[] tasks =
        [
            .. Enumerable.Range(0, 3).SelectMany(i => (Task[])[Sender(client, i, random.Next(), faults, stop.Token), Sender(server, i, random.Next(), faults, stop.Token)]),
            Reader(client, random.Next(), faults),
            Reader(server, random.Next(), faults),
            Pinger(client, faults, stop.Token),
        ];
        for (int i = random.Next(200); i > 0; i--) await Task.Yield();
        var ends = new Task[random.Next(1, 4)];
        for (int i = 0; i < ends.Length; i++)
        {
            WebSocketConnection which = random.Next(2) == 0 ? client : server;
            int how = random.Next(8);
            ends[i] = Task.Run(async () =>
            {
                if (how == 0) which.Abort();
                else if (how == 1) await which.DisposeAsync();
                else await which.CloseAsync((ushort)(4000 + how), new string('r', how * 30));
            });
        }

        try
        {
            await Task.WhenAll(ends).WaitAsync(Bound);
            CloseRecord[] records = await Task.WhenAll(client.Closed, server.Closed).WaitAsync(Bound);
            await stop.CancelAsync();
            await Task.WhenAll(tasks).WaitAsync(Bound);
            Assert.Same(records[0], await client.Closed);
            Assert.All(records, Check);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"seed {seed}: something hangs; client {client.Closed.Status}, server {server.Closed.Status}, tasks {string.Join(' ', tasks.Select(t => t.Status))}");
        }

        Assert.True(faults.IsEmpty, $"seed {seed}: {string.Join('\n', faults)}");
    }

    private static void Check(CloseRecord record)
    {
        Assert.Equal(record.Received?.Code ?? 1006, record.Code);
        if (record.WasClean) Assert.True(record.Sent is not null && record.Received is not null);
    }

    /// <summary>Each message is "sender number length ...", so that the reader can tell whole and in order.</summary>
    private static Task Sender(WebSocketConnection connection, int sender, int seed, ConcurrentQueue<string> faults, CancellationToken stop) => Task.Run(async () =>
    {
        var random = new Random(seed);
        try
        {
            for (int number = 0; !stop.IsCancellationRequested; number++)
            {
                string text = $"{sender} {number} ";
                int length = text.Length + (random.Next(20) == 0 ? random.Next(200_000) : random.Next(300));
                text += new string('x', length - text.Length) + "!";
                switch (random.Next(6))
                {
                    case 0:
                        await using (WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Text))
                        {
                            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
                            int half = random.Next(bytes.Length);
                            await stream.WriteAsync(bytes.AsMemory(0, half));
                            await stream.WriteAsync(bytes.AsMemory(half));
                        }

                        break;
                    case 1:
                        using (var source = new CancellationTokenSource())
                        {
                            Task cancel = Task.Run(source.Cancel);
                            try
                            {
                                await connection.SendAsync(text, source.Token);
                            }
                            catch (OperationCanceledException)
                            {
                                // Nothing of it was sent, so the number may not be missed.
                                number--;
                            }

                            await cancel;
                        }

                        break;
                    default:
                        await connection.SendAsync(text);
                        break;
                }
            }
        }
        catch (WebSocketClosedException)
        {
            // The one documented end.
        }
        catch (Exception e)
        {
            faults.Enqueue($"sender: {e}");
        }
    }, CancellationToken.None);

    private static Task Reader(WebSocketConnection connection, int seed, ConcurrentQueue<string> faults) => Task.Run(async () =>
    {
        var random = new Random(seed);
        int[] next = new int[3];
        try
        {
            while (true)
            {
                string? text;
                int how = random.Next(10);
                if (how == 0)
                {
                    await using WebSocketMessageStream? stream = await connection.ReceiveStreamAsync();
                    text = stream is null ? null : await new StreamReader(stream).ReadToEndAsync();
                }
                else if (how == 1)
                {
                    using var source = new CancellationTokenSource();
                    Task cancel = Task.Run(source.Cancel);
                    try
                    {
                        text = (await connection.ReceiveAsync(source.Token))?.GetText();
                    }
                    catch (OperationCanceledException)
                    {
                        continue;
                    }
                    finally
                    {
                        await cancel;
                    }
                }
                else
                {
                    text = (await connection.ReceiveAsync())?.GetText();
                }

                if (text is null) return;
                string[] parts = text.Split(' ');
                int sender = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
                int number = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
                if (number != next[sender] || parts[2].AsSpan().TrimStart('x') is not "!") faults.Enqueue($"reader: sender {sender} number {number} instead of {next[sender]}, {text.Length} characters");
                next[sender] = number + 1;
            }
        }
        catch (WebSocketClosedException)
        {
            // A stream that was cut off.
        }
        catch (Exception e)
        {
            faults.Enqueue($"reader: {e}");
        }
    });

    private static Task Pinger(WebSocketConnection connection, ConcurrentQueue<string> faults, CancellationToken stop) => Task.Run(async () =>
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await connection.PingAsync();
                await Task.Yield();
            }
        }
        catch (WebSocketClosedException)
        {
            // As above.
        }
        catch (Exception e)
        {
            faults.Enqueue($"pinger: {e}");
        }
    }, CancellationToken.None);
}
