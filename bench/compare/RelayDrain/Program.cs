using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using Cierre.AspNetCore;
using Cierre.RawPeers;
using Cierre.Samples.Yarp;

// Drains a YARP (samples/Yarp) between clients made of bytes and a server on the framework's own WebSockets that sends to each without end: messages of three
// fragments, whose bytes are all checked.
// usage: dotnet run -c Release --project bench/compare/RelayDrain [CONNECTIONS=1000] [PAUSE_MS=100]
int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
int pause = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
await using WebApplication upstream = builder.Build();
upstream.Urls.Add("http://127.0.0.1:0");
int told = 0;
upstream.UseWebSockets();
upstream.Run(async context =>
{
    using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
    Task sends = Traffic.SendAsync(socket, pause);
    try
    {
        while ((await socket.ReceiveAsync(new Memory<byte>(new byte[1024]), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
        }

        if (socket.CloseStatus == (WebSocketCloseStatus)1012) Interlocked.Increment(ref told);
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, "", CancellationToken.None);
    }
    catch (WebSocketException)
    {
        // Lost: not counted as told.
    }

    await sends;
});
await upstream.StartAsync();

await using WebApplication relay = Relay.Build(["--urls", "http://127.0.0.1:0", "--Upstream", upstream.Urls.Single()], b => b.Logging.ClearProviders());
await relay.StartAsync();
var server = relay.Services.GetRequiredService<WebSocketServer>();
int port = new Uri(relay.Urls.Single()).Port;

var clients = new List<Task<(bool Told, string? Fault, long Messages)>>();
for (int i = 0; i < count; i++) clients.Add(Traffic.ReceiveAsync(await RawPeer.OpenAsync("127.0.0.1", port)));
// Until all are under way, or one has failed already.
while (clients.All(client => !client.IsCompleted)
    && (server.RelayedConnections.Count < count || server.RelayedConnections.Any(relayed => relayed.MessagesFromServer < 20))) await Task.Delay(20);

long begun = Stopwatch.GetTimestamp();
await server.DrainAsync(new WebSocketDrainOptions { Code = 1012 });
TimeSpan took = Stopwatch.GetElapsedTime(begun);
(bool Told, string? Fault, long Messages)[] ends = await Task.WhenAll(clients);
foreach (IGrouping<string?, (bool, string? Fault, long)> fault in ends.Where(end => end.Fault is not null).GroupBy(end => end.Fault).Take(5))
    Console.WriteLine($"{fault.Count()} x {fault.Key}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{count} connections, {ends.Sum(end => end.Messages)} messages: {ends.Count(end => end.Told)} clients had 1012 between two messages, " +
    $"{told} servers were told 1012, {ends.Count(end => end.Fault is not null)} broken, drained in {took.TotalSeconds:0.00} s"));
return ends.All(end => end is { Told: true, Fault: null }) && told == count ? 0 : 1;

internal static class Traffic
{
    private const int Fragments = 3;
    private const int Longest = 4000;

    public static async Task SendAsync(WebSocket socket, int pause)
    {
        byte[] fragment = new byte[Longest];
        try
        {
            for (int number = 1; socket.State == WebSocketState.Open; number++)
            {
                fragment.AsSpan().Fill((byte)number);
                for (int i = 1; i <= Fragments; i++)
                    await socket.SendAsync(fragment.AsMemory(0, number * 131 % Longest), WebSocketMessageType.Binary, i == Fragments, CancellationToken.None);
                if (pause > 0) await Task.Delay(pause);
            }
        }
        catch (WebSocketException)
        {
            // Closed meanwhile.
        }
    }

    public static async Task<(bool Told, string? Fault, long Messages)> ReceiveAsync(RawPeer client)
    {
        using RawPeer peer = client;
        int messages = 0;
        try
        {
            for (int part = 0; ; part = (part + 1) % Fragments)
            {
                RawFrame frame = await peer.ReadFrameAsync();
                if (frame.Opcode == 8)
                {
                    if (part != 0) return (true, "1012 in the middle of a message", messages);
                    await peer.SendCloseAsync(1012);
                    (byte[] rest, RawEnd end) = await peer.ReadToEndAsync();
                    return (frame.CloseCode == 1012, rest.Length > 0 ? "bytes behind the close frame" : end == RawEnd.Fin ? null : $"ended by {end}", messages);
                }

                byte number = (byte)(messages + 1);
                if (frame.Opcode != (part == 0 ? 2 : 0) || frame.Fin != (part == Fragments - 1) || frame.Masked || frame.Rsv != 0
                    || frame.Payload.Length != (messages + 1) * 131 % Longest || frame.Payload.AsSpan().ContainsAnyExcept(number))
                    return (false, "a frame is not as it was sent", messages);
                if (frame.Fin) messages++;
            }
        }
        catch (Exception e)
        {
            return (false, e.GetType().Name, messages);
        }
    }
}
