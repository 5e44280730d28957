using System.Diagnostics;
using System.Globalization;
using Cierre;
using Cierre.Deflate;
using Cierre.Fuzz;
using Cierre.Protocol;
using Cierre.TestKit;

// dotnet run -c Release --project fuzz/Cierre.Fuzz -- --inputs 10000000 --seed 1 [--seconds 600] [--from 0]
long inputs = Option("--inputs", 1_000_000);
ulong seed = (ulong)Option("--seed", 1);
long seconds = Option("--seconds", long.MaxValue);
long from = Option("--from", 0);

const long MaxHeap = 256 * 1024 * 1024;
InputMaker maker = new();
Conversation conversation = new();
SortedDictionary<int, long> codes = [];
SortedDictionary<CloseCause, long> causes = [];
Stopwatch watch = Stopwatch.StartNew();
long done = 0, bytes = 0, peak = 0;

for (long number = from; number < from + inputs; number++)
{
    Dice dice = Dice.For(seed, number);
    Side side = dice.OneIn(2) ? Side.Client : Side.Server;
    ProtocolLimits limits = Conversation.LimitsFor(dice);
    DeflateTerms? deflate = dice.OneIn(3) ? DeflateKit.Terms(takeover: dice.OneIn(2), windowBits: 8 + dice.Below(8)) : null;
    byte[] input = maker.Make(dice, side.Other(), deflates: deflate is not null);
    try
    {
        CloseRecord record = Run(dice, side, limits, deflate, input);
        codes[record.Code] = codes.GetValueOrDefault(record.Code) + 1;
        causes[record.Cause] = causes.GetValueOrDefault(record.Cause) + 1;
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"input {number} of seed {seed}, {side} reads {Convert.ToHexString(input)}\n{e}\nagain: --seed {seed} --from {number} --inputs 1");
        return 1;
    }

    done++;
    bytes += input.Length;
    if ((number & 0xFFFF) != 0) continue;
    peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
    if (peak > MaxHeap)
    {
        Console.Error.WriteLine($"heap of {peak >> 20} MiB after {done} inputs");
        return 1;
    }

    if (watch.Elapsed.TotalSeconds > seconds) break;
    if ((number & 0xFFFFF) == 0 && number != from) Console.WriteLine(Line());
}

Console.WriteLine($"codes: {string.Join(", ", codes.OrderByDescending(c => c.Value).Take(12).Select(c => $"{c.Key} {c.Value}"))}");
Console.WriteLine($"causes: {string.Join(", ", causes.OrderByDescending(c => c.Value).Select(c => $"{c.Key} {c.Value}"))}");
Console.WriteLine($"done: {Line()}, no finding");
return 0;

CloseRecord Run(Dice dice, Side side, ProtocolLimits limits, DeflateTerms? deflate, byte[] input)
{
    if (dice.OneIn(2)) return conversation.Talk(side, limits, deflate, input, dice);
    CloseRecord record = conversation.Listen(side, limits, deflate, input, dice);
    if (dice.OneIn(4) && deflate is null) conversation.Compare(ReferenceReader.Read(input, side, limits), record);
    // Of text that is not UTF-8 in data that is not DEFLATE, the split decides which comes to light first.
    if (!dice.OneIn(4) || (deflate is not null && record.Cause == CloseCause.InvalidData)) return record;
    ulong split = conversation.Hash;
    conversation.Listen(side, limits, deflate, input, null);
    OutputReader.Require(conversation.Hash == split, "another split gave something else");
    return record;
}

string Line() => string.Create(CultureInfo.InvariantCulture,
    $"{done} inputs of seed {seed}, {bytes / Math.Max(1, done)} bytes each, {watch.Elapsed.TotalSeconds:F1} s, {done / watch.Elapsed.TotalSeconds:F0} inputs/s, heap at most {peak >> 20} MiB");

long Option(string name, long otherwise)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? otherwise : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
