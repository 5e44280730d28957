using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Cierre;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// What a session costs beside a plain connection while nothing is said: dotnet run -c Release --project bench/resume -- memory [CONNECTIONS]
if (args is ["memory", .. var rest]) return await Cierre.ResumeBench.Memory.MeasureAsync(rest is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 3000);

// Many sessions whose connections are cut all the time: dotnet run -c Release --project bench/resume -- CLIENTS SECONDS CUTS_PER_SECOND
// Each client sends numbered messages, and the server echoes them. Both ends count: each number once and in order.
int clients = Argument(0, 1000), seconds = Argument(1, 60), cuts = Argument(2, 50);

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.Services.AddCierre();
builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
await using WebApplication app = builder.Build();
long wrongAtServer = 0, atServer = 0;
app.MapWebSocket("/", async connection =>
{
    long last = 0;
    await foreach (WebSocketMessage message in connection.ReadAllAsync())
    {
        if (long.Parse(message.GetText(), CultureInfo.InvariantCulture) != ++last) Interlocked.Increment(ref wrongAtServer);
        Interlocked.Increment(ref atServer);
        await connection.SendAsync(message);
    }
}).WithResume();
await app.StartAsync();
var url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
await using var proxy = new CuttingProxy(url);

var pauses = new ConcurrentBag<double>();
long wrong = 0, echoed = 0, lost = 0, sentInAll = 0;
using var over = new CancellationTokenSource();
ResumableConnection[] all = new ResumableConnection[clients];
for (int i = 0; i < clients; i++)
{
    all[i] = await ResumableConnection.ConnectAsync(proxy.Url, new WebSocketReconnectOptions { Policy = (_, _) => ReconnectDecision.After(TimeSpan.Zero) });
    all[i].Resumed += (_, before) => pauses.Add(before.Pause!.Value.TotalMilliseconds);
    all[i].Lost += (_, _) => Interlocked.Increment(ref lost);
}

Console.WriteLine($"{clients} sessions are open; {cuts} connections are cut a second for {seconds} s");
Task[] running = [.. all.Select(RunAsync)];
var random = new Random(1);
long begun = TimeProvider.System.GetTimestamp();
for (long cut = 0; TimeProvider.System.GetElapsedTime(begun).TotalSeconds < seconds;)
{
    for (; cut < TimeProvider.System.GetElapsedTime(begun).TotalSeconds * cuts; cut++) proxy.CutOne(random, random.Next(2) == 0 ? CutKind.Reset : CutKind.End);
    await Task.Delay(5);
}

await over.CancelAsync();
await Task.WhenAll(running);
foreach (ResumableConnection connection in all) await connection.DisposeAsync();
double[] sorted = [.. pauses.Order()];
Console.WriteLine($"{sentInAll} messages sent, {atServer} at the server, {echoed} back; out of place {wrong + wrongAtServer}, missing {sentInAll - echoed}; sessions lost {lost}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sorted.Length} resumes; from the loss to the resumption {At(0.5):F1} ms p50, {At(0.99):F1} ms p99, {At(1):F1} ms at most"));
return wrong + wrongAtServer + (sentInAll - echoed) + lost == 0 ? 0 : 1;

double At(double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];

int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

async Task RunAsync(ResumableConnection resumable)
{
    long sent = 0, last = 0;
    using var enough = new CancellationTokenSource();
    Task receiving = ReceiveAsync();
    while (!over.IsCancellationRequested)
    {
        await resumable.Connection.SendAsync((++sent).ToString(CultureInfo.InvariantCulture));
        await Task.Delay(100);
    }

    Interlocked.Add(ref sentInAll, sent);
    // What is on its way has time to come back.
    for (int i = 0; i < 200 && Volatile.Read(ref last) < sent; i++) await Task.Delay(50);
    await enough.CancelAsync();
    await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    async Task ReceiveAsync()
    {
        await foreach (WebSocketMessage message in resumable.Connection.ReadAllAsync(enough.Token))
        {
            if (long.Parse(message.GetText(), CultureInfo.InvariantCulture) != Interlocked.Increment(ref last)) Interlocked.Increment(ref wrong);
            Interlocked.Increment(ref echoed);
        }
    }
}
