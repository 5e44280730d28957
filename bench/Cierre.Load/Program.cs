// A small load generator for WebSocket echo servers: messages with a checked echo, or idle connections.
using System.Diagnostics;
using System.Globalization;
using Cierre.Load;

LoadOptions options;
try
{
    options = LoadOptions.Parse(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

using ServerProcess? server = options.ServerPid is { } pid ? new ServerProcess(pid) : null;
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
long before = server?.ResidentBytes ?? 0;
var connections = new List<LoadConnection>();
for (int i = 0; i < options.Connections; i++)
{
    var connection = new LoadConnection(options);
    connections.Add(connection);
    await connection.OpenAsync(limit.Token);
}

if (options.Idle)
{
    await Task.Delay(options.Duration);
    long bytes = (server?.ResidentBytes ?? 0) - before;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"idle {options.Connections} connections  {bytes / options.Connections} bytes/connection"));
}
else
{
    var histogram = new Histogram();
    using var end = new CancellationTokenSource();
    Task[] running = [.. connections.Select(c => c.RunAsync(histogram, end.Token))];
    await Task.WhenAny(Task.Delay(options.Warmup), Task.WhenAny(running));
    histogram.Clear();
    TimeSpan cpu = server?.Cpu ?? default;
    long begun = Stopwatch.GetTimestamp();
    await Task.WhenAny(Task.Delay(options.Duration), Task.WhenAny(running));
    TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
    cpu = (server?.Cpu ?? default) - cpu;
    long count = histogram.Count;
    await end.CancelAsync();
    await Task.WhenAll(running);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{count / elapsed.TotalSeconds:0} messages/s  p50 {histogram.Percentile(0.5)} us  p99 {histogram.Percentile(0.99)} us  server {(count == 0 ? 0 : cpu.TotalNanoseconds / count):0} ns CPU/message"));
}

connections.ForEach(c => c.Dispose());
return 0;
