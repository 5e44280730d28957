using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Cierre.Soak;

/// <summary>Clients that hold one short conversation after another, of every kind, and say where one did not end as it should.</summary>
internal sealed class Traffic(Uri url, int seed)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private int _started;

    public IReadOnlyCollection<string> Faults => _faults;

    private (string Name, Func<Random, Task> Hold)[] Kinds =>
    [
        ("echo", EchoAsync),
        ("big", BigAsync),
        ("compressed", CompressedAsync),
        ("client closes", ClientClosesAsync),
        ("server closes", ServerClosesAsync),
        ("handler throws", random => EndAsync("/throw", [new byte[10]], 1011)),
        ("too big", random => EndAsync("/small", [new byte[SoakServer.SmallLimit + 1]], 1009)),
        ("too fast", random => EndAsync("/rate", [.. Enumerable.Repeat(new byte[1], 12)], 1008)),
        ("aborted", AbortedAsync),
        ("disposed", DisposedAsync),
        ("refused", RefusedAsync),
        ("cancelled", CancelledAsync),
    ];

    /// <summary>Runs this many clients at once for this long; each ends the conversation that it holds then.</summary>
    public async Task RunAsync(int clients, TimeSpan time)
    {
        using var over = new CancellationTokenSource(time);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => ClientAsync(over.Token))));
    }

    public override string ToString() => string.Join(", ", _counts.OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{kind.Value:N0} {kind.Key}"));

    private async Task ClientAsync(CancellationToken over)
    {
        var random = new Random(seed + Interlocked.Increment(ref _started));
        (string Name, Func<Random, Task> Hold)[] kinds = Kinds;
        while (!over.IsCancellationRequested)
        {
            (string name, Func<Random, Task> hold) = kinds[random.Next(kinds.Length)];
            try
            {
                await hold(random).WaitAsync(Bound, CancellationToken.None);
            }
            catch (Exception e)
            {
                _faults.Enqueue($"{name}: {e.Message}");
            }

            _counts.AddOrUpdate(name, 1, (_, count) => count + 1);
        }
    }

    private async Task EchoAsync(Random random)
    {
        await using WebSocketConnection connection = await OpenAsync("/echo");
        for (int i = 0; i < 50; i++) await EchoedAsync(connection, Bytes(random, random.Next(2000)));
        Ended(1000, await connection.CloseAsync());
    }

    private async Task BigAsync(Random random)
    {
        await using WebSocketConnection connection = await OpenAsync("/echo");
        await EchoedAsync(connection, Bytes(random, random.Next(3 * 1024 * 1024)));
        Ended(1000, await connection.CloseAsync());
    }

    private async Task CompressedAsync(Random random)
    {
        await using WebSocketConnection connection = await OpenAsync(
            "/compressed", o => o.Compression = new DeflateOptions { ServerContextTakeover = random.Next(2) == 0, ClientContextTakeover = random.Next(2) == 0 });
        for (int i = 0; i < 10; i++)
        {
            string json = string.Concat(Enumerable.Range(0, random.Next(500)).Select(n => $"{{\"id\":{n},\"value\":{random.Next()}}}"));
            await EchoedAsync(connection, Encoding.UTF8.GetBytes(json));
        }

        Ended(1000, await connection.CloseAsync());
    }

    private async Task ClientClosesAsync(Random random)
    {
        var code = (ushort)random.Next(3000, 5000);
        await using WebSocketConnection connection = await OpenAsync("/echo");
        Ended(code, await connection.CloseAsync(code, "bye"));
    }

    private async Task ServerClosesAsync(Random random)
    {
        int code = random.Next(2) == 0 ? 1000 : random.Next(3000, 5000);
        await using WebSocketConnection connection = await OpenAsync("/close");
        await connection.SendAsync(code.ToString((IFormatProvider?)null));
        Ended(code, await ReadToEndAsync(connection));
    }

    /// <summary>Sends what the endpoint closes for.</summary>
    private async Task EndAsync(string path, byte[][] messages, int code)
    {
        await using WebSocketConnection connection = await OpenAsync(path);
        try
        {
            foreach (byte[] message in messages) await connection.SendAsync(message);
        }
        catch (WebSocketClosedException)
        {
            // It closed while we were still sending.
        }

        Ended(code, await ReadToEndAsync(connection));
    }

    private async Task AbortedAsync(Random random)
    {
        await using WebSocketConnection connection = await OpenAsync("/echo");
        await connection.SendAsync(Bytes(random, random.Next(100_000)));
        connection.Abort();
        Ended(1006, await connection.Closed);
    }

    private async Task DisposedAsync(Random random)
    {
        WebSocketConnection connection = await OpenAsync("/echo");
        await EchoedAsync(connection, Bytes(random, 100));
        await connection.DisposeAsync();
        Ended(1001, await connection.Closed);
    }

    private async Task RefusedAsync(Random random)
    {
        try
        {
            await using WebSocketConnection connection = await OpenAsync("/nowhere");
            throw new InvalidOperationException("/nowhere opened");
        }
        catch (WebSocketConnectException e)
        {
            if (e.Record.HttpRefusal?.StatusCode != HttpStatusCode.NotFound) throw;
        }
    }

    private async Task CancelledAsync(Random random)
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.NextDouble() * 3));
        try
        {
            await using WebSocketConnection connection = await WebSocketConnection.ConnectAsync(new Uri(url, "/echo"), cancellationToken: cancel.Token);
            await connection.CloseAsync();
        }
        catch (OperationCanceledException)
        {
            // As intended.
        }
    }

    private Task<WebSocketConnection> OpenAsync(string path, Action<WebSocketClientOptions>? configure = null)
    {
        var options = new WebSocketClientOptions { MaxMessageSize = 4 * 1024 * 1024 };
        configure?.Invoke(options);
        return WebSocketConnection.ConnectAsync(new Uri(url, path), options);
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task EchoedAsync(WebSocketConnection connection, byte[] bytes)
    {
        // Not before the send is over: the server may stop reading while we do not.
        Task sending = connection.SendAsync(bytes).AsTask();
        WebSocketMessage? echo = await connection.ReceiveAsync();
        await sending;
        if (echo is not { } message || !message.Data.Span.SequenceEqual(bytes)) throw new InvalidDataException($"{bytes.Length} bytes came back as {echo?.Data.Length.ToString((IFormatProvider?)null) ?? "nothing"}.");
    }

    private static async Task<CloseRecord> ReadToEndAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage _ in connection.ReadAllAsync())
        {
        }

        return await connection.Closed;
    }

    private static void Ended(int code, CloseRecord record)
    {
        if (record.Code != code) throw new InvalidDataException($"{code} was due, but: {record.Explain(System.Globalization.CultureInfo.InvariantCulture)}");
    }
}
