// Ordinary HTTP of an application that has AddCierre, beside the same one that has not, each a process of its own, under the load of this one, a
// slice of one after a slice of the other.
//   PlainHttp cpu [PROCESSES=7] [ROUNDS=5] [MS=400]   CPU of the server per answer: HTTP/1.1, TLS, HTTP/2; 200 B, 64 KiB, 1 MiB
//   PlainHttp connections [COUNT=10000]               connections that have had one answer each: memory, CPU and what the log says when all of them are reset
//   PlainHttp serve none|cierre|kestrel               the servers; started by the other two
using System.Globalization;
using Cierre.Bench.PlainHttp;

int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
switch (args)
{
    case ["serve", var side]:
        await Server.RunAsync(side);
        return 0;
    case ["cpu", ..]:
        await CpuComparison.RunAsync(Number(1, 7), Number(2, 5), TimeSpan.FromMilliseconds(Number(3, 400)));
        return 0;
    case ["connections", ..]:
        await ManyConnections.RunAsync(Number(1, 10_000));
        return 0;
    default:
        Console.Error.WriteLine("usage: PlainHttp cpu [PROCESSES] [ROUNDS] [MS], or PlainHttp connections [COUNT]");
        return 2;
}
