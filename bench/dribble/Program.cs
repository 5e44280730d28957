// Connections that send their handshake a byte a second, and what an honest client feels of them meanwhile. Each is a process of its own; the dribblers' comes last, since an attacker's work is done elsewhere. Linux: raise `ulimit -n`.
//   dotnet run -c Release --project bench/dribble -- [CONNECTIONS=10000] [HANDSHAKE TIMEOUT IN SECONDS=30]
// Connections that have compressed messages of 100 KB echoed and read nothing, and the same honest client:
//   dotnet run -c Release --project bench/dribble -- deaf [CONNECTIONS=50] [SECONDS=10]
using System.Diagnostics;
using System.Globalization;
using Cierre.Dribble;

int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
switch (args)
{
    case ["serve", ..]:
        await EchoServer.RunAsync(TimeSpan.FromSeconds(Number(1, 30)));
        return 0;
    case ["honest", ..]:
        HonestClient.Run(Number(1, 0), TimeSpan.FromSeconds(Number(2, 10)));
        return 0;
    case ["dribble", ..]:
        // What a flood costs its senders is not the server's: it takes what the others leave of the processor.
        using (Process self = Process.GetCurrentProcess()) self.PriorityClass = ProcessPriorityClass.BelowNormal;
        var dribblers = new Dribblers(Number(1, 0), Number(2, 0));
        dribblers.Connect();
        Console.WriteLine("connected");
        dribblers.Run(TimeSpan.FromSeconds(Number(3, 0)));
        Console.WriteLine(dribblers);
        return dribblers.Dropped == Number(2, 0) ? 0 : 1;
}

bool deaf = args is ["deaf", ..];
if (args is ["echo-deaf", ..])
{
    using (Process self = Process.GetCurrentProcess()) self.PriorityClass = ProcessPriorityClass.BelowNormal;
    var echoers = new DeafEchoers(Number(1, 0), Number(2, 0));
    echoers.Connect();
    Console.WriteLine("connected");
    echoers.Run(TimeSpan.FromSeconds(Number(3, 0)));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{echoers.Sent:#,0} messages of 100 KB, nothing read"));
    return 0;
}

int connections = deaf ? Number(1, 50) : Number(0, 10_000), timeout = deaf ? Number(2, 10) : Number(1, 30);
using Process server = Start("serve", timeout);
string? line = await server.StandardOutput.ReadLineAsync();
int port = int.Parse(line ?? throw new IOException("The server did not start."), CultureInfo.InvariantCulture);

// Once for the server to be warm, once to compare with.
await HonestAsync(seconds: 5);
Latency unloaded = await HonestAsync(timeout);
Console.WriteLine($"unloaded: {unloaded}");

// Kestrel looks once a second.
using Process flood = Start(deaf ? "echo-deaf" : "dribble", port, connections, timeout + 10);
await flood.StandardOutput.ReadLineAsync();
Latency loaded = await HonestAsync(timeout + 3);
Console.WriteLine($"loaded: {loaded}");
Console.Write(await flood.StandardOutput.ReadToEndAsync());
await flood.WaitForExitAsync();
server.StandardInput.Close();
await server.WaitForExitAsync();

// A turn of 10 ms for each of the others, on the cores there are.
double bar = deaf ? 10.0 * connections / Environment.ProcessorCount : Math.Max(20, 3 * unloaded.P99);
bool held = flood.ExitCode == 0 && loaded.P99 <= bar;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p99 {loaded.P99:0.00} ms, bar {bar:0.00} ms: {(held ? "held" : "not held")}"));
return held ? 0 : 1;

async Task<Latency> HonestAsync(int seconds)
{
    using Process client = Start("honest", port, seconds);
    Latency latency = Latency.Parse(await client.StandardOutput.ReadToEndAsync());
    await client.WaitForExitAsync();
    return latency;
}

static Process Start(string verb, params int[] numbers) => Process.Start(
    new ProcessStartInfo("dotnet", [typeof(Dribblers).Assembly.Location, verb, .. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
