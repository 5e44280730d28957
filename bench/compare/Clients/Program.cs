// What a client's message costs its process: each connection sends one, waits for its echo, and so on.
// Clients system|sockets|loops|loops-callback URL [CONNECTIONS=100] [BYTES=32] [SECONDS=4]
// It prints messages a second, and nanoseconds of CPU for each message sent and received.
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using Cierre;
using Cierre.EventLoops;

string kind = args[0];
var url = new Uri(args[1]);
int connections = Number(2, 100), size = Number(3, 32), seconds = Number(4, 4);
using EventLoopGroup? loops = kind.StartsWith("loops", StringComparison.Ordinal) ? new EventLoopGroup() : null;
long messages = 0;
#pragma warning disable CA5359 // A server of the comparison's own.
var options = new WebSocketClientOptions
{
    EventLoops = loops,
    ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true,
};
#pragma warning restore CA5359
Func<Task> run = kind switch
{
    "system" => SystemAsync,
    "loops-callback" => CallbackAsync,
    _ => CierreAsync,
};
for (int i = 0; i < connections; i++) _ = run();
await Task.Delay(TimeSpan.FromSeconds(2));
Process process = Process.GetCurrentProcess();
(long sent, TimeSpan cpu, long began) = (Volatile.Read(ref messages), process.TotalProcessorTime, Stopwatch.GetTimestamp());
await Task.Delay(TimeSpan.FromSeconds(seconds));
process.Refresh();
long count = Volatile.Read(ref messages) - sent;
double elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count / elapsed:F0} {(process.TotalProcessorTime - cpu).TotalNanoseconds / count:F0}"));
return 0;

int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;

async Task SystemAsync()
{
    using var client = new ClientWebSocket();
    client.Options.KeepAliveInterval = TimeSpan.Zero;
#pragma warning disable CA5359
    client.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
    await client.ConnectAsync(url, CancellationToken.None);
    byte[] message = new byte[size], echo = new byte[size];
    while (true)
    {
        await client.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        ValueWebSocketReceiveResult result;
        do result = await client.ReceiveAsync(echo.AsMemory(), CancellationToken.None);
        while (!result.EndOfMessage);
        Interlocked.Increment(ref messages);
    }
}

async Task CierreAsync()
{
    await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(url, options);
    byte[] message = new byte[size];
    while (true)
    {
        await client.SendAsync(message);
        if (await client.ReceiveAsync() is null) return;
        Interlocked.Increment(ref messages);
    }
}

async Task CallbackAsync()
{
    await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(url, options);
    Task ran = client.RunAsync(new PingPong(new byte[size], () => Interlocked.Increment(ref messages)));
    await client.SendAsync(new byte[size]);
    await ran;
}

internal sealed class PingPong(byte[] message, Action count) : IWebSocketHandler
{
    public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data)
    {
        count();
        connection.TrySend(WebSocketMessageKind.Binary, message);
    }
}
