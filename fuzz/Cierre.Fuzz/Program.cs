using System.Diagnostics;
using System.Globalization;
using Cierre.Fuzz;

// dotnet run -c Release --project fuzz/Cierre.Fuzz -- [--target engine|inflater|connection|opening|handshake] --inputs 10000000 --seed 1 [--seconds 600] [--from 0]
const long MaxHeap = 256 * 1024 * 1024;
const long MaxResident = 1024 * 1024 * 1024;

long inputs = Option("--inputs", 1_000_000);
ulong seed = (ulong)Option("--seed", 1);
long seconds = Option("--seconds", long.MaxValue);
long from = Option("--from", 0);
Target target = Target.Of(Word("--target") ?? "engine");
SortedDictionary<string, long> whats = [], whys = [];
Stopwatch watch = Stopwatch.StartNew();
long done = 0, bytes = 0, peak = 0, resident = 0;

// An input that does not end is a finding too.
using var watchdog = new Timer(new Watchdog(() => Interlocked.Read(ref done), () => $"no end: --seed {seed} --from {from + done} --inputs 1").Look, null, Watchdog.Patience, Watchdog.Patience);

for (long number = from; number < from + inputs; number++)
{
    try
    {
        (string what, string why) = target.Run(Dice.For(seed, number), (int)number);
        whats[what] = whats.GetValueOrDefault(what) + 1;
        whys[why] = whys.GetValueOrDefault(why) + 1;
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"input {number} of seed {seed}: {Convert.ToHexString(target.Input)}\n{e}\nagain: --seed {seed} --from {number} --inputs 1");
        return 1;
    }

    Interlocked.Increment(ref done);
    bytes += target.Input.Length;
    if ((number & 0xFFF) != 0) continue;
    peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
    resident = Math.Max(resident, Environment.WorkingSet);
    if (peak > MaxHeap || resident > MaxResident)
    {
        Console.Error.WriteLine($"heap of {peak >> 20} MiB, resident {resident >> 20} MiB after {done} inputs");
        return 1;
    }

    if (watch.Elapsed.TotalSeconds > seconds) break;
    if ((number & 0xFFFFF) == 0 && number != from) Console.WriteLine(Line());
}

Console.WriteLine($"{string.Join(", ", whats.OrderByDescending(c => c.Value).Take(12).Select(c => $"{c.Key} {c.Value}"))}");
Console.WriteLine($"{string.Join(", ", whys.OrderByDescending(c => c.Value).Select(c => $"{c.Key} {c.Value}"))}");
Console.WriteLine($"done: {Line()}, no finding");
return 0;

string Line() => string.Create(CultureInfo.InvariantCulture,
    $"{done} inputs of seed {seed}, {bytes / Math.Max(1, done)} bytes each, {watch.Elapsed.TotalSeconds:F1} s, {done / watch.Elapsed.TotalSeconds:F0} inputs/s, heap at most {peak >> 20} MiB, resident {resident >> 20} MiB");

string? Word(string name)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? null : args[at + 1];
}

long Option(string name, long otherwise) => Word(name) is { } word ? long.Parse(word, CultureInfo.InvariantCulture) : otherwise;
