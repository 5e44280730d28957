// Mixed traffic for a given time between a server and its clients in one process, and what the process holds after the first tenth of it (a minute at most) and at the end; with more readings, also in between.
// dotnet run -c Release --project bench/soak -- [--minutes 10] [--clients 50] [--seed 1] [--readings 1] [--transport sockets|loops]
using System.Globalization;
using Cierre.Soak;

double minutes = Option("--minutes", 10);
int clients = (int)Option("--clients", 50);
int seed = (int)Option("--seed", 1);
int readings = (int)Option("--readings", 1);

TimeSpan whole = TimeSpan.FromMinutes(minutes);
TimeSpan first = TimeSpan.FromMinutes(Math.Min(1, minutes / 10));
await using SoakServer server = await SoakServer.StartAsync(loops: Transport() == "loops");
var traffic = new Traffic(server.Url, seed);

TimeSpan past = TimeSpan.Zero;
Reading start = await ReadAfterAsync(first);
Reading end = start;
for (int i = 1; i <= readings; i++) end = await ReadAfterAsync((whole - first) / readings);

Console.WriteLine(traffic);
string[] faults = [.. traffic.Faults, .. end.GrownSince(start)];
foreach (string fault in faults.Take(20)) Console.Error.WriteLine(fault);
Console.WriteLine(faults.Length == 0 ? "nothing grew, and every conversation ended as it should" : $"{faults.Length} faults");
return faults.Length == 0 ? 0 : 1;

async Task<Reading> ReadAfterAsync(TimeSpan time)
{
    await traffic.RunAsync(clients, time);
    past += time;
    Reading reading = await Reading.TakeAsync(server);
    Console.WriteLine($"after {past:hh\\:mm\\:ss}: {reading}");
    return reading;
}

string Transport()
{
    int at = Array.IndexOf(args, "--transport");
    if (at < 0) return "sockets";
    return at + 1 < args.Length && args[at + 1] is "sockets" or "loops" ? args[at + 1] : throw new ArgumentException("--transport takes sockets or loops.");
}

double Option(string name, double otherwise)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? otherwise
        : at + 1 < args.Length && double.TryParse(args[at + 1], CultureInfo.InvariantCulture, out double value) && value > 0 ? value
        : throw new ArgumentException($"{name} takes a number above 0.");
}
