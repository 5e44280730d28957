// Echo of compressed JSON: Cierre's server beside System.Net.WebSockets in ASP.NET Core, each a process of its own, under the load of this one, a slice of one after a slice of the other.
//   Compression cpu [ROUNDS=9] [SECONDS=2]         CPU of the server per message
//   Compression memory [CONNECTIONS=1000]          resident memory of the server per idle connection
//   Compression serve cierre|system MODE LEVEL     the servers; started by the other two
using System.Globalization;
using System.IO.Compression;
using Cierre.Bench.Compression;

int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
switch (args)
{
    case ["serve", var library, var mode, var level]:
        await EchoServer.RunAsync(library == "cierre", Enum.Parse<Mode>(mode), Enum.Parse<CompressionLevel>(level));
        return 0;
    case ["cpu", ..]:
        await CpuComparison.RunAsync(Number(1, 9), TimeSpan.FromSeconds(Number(2, 2)));
        return 0;
    case ["memory", ..]:
        await MemoryComparison.RunAsync(Number(1, 1000));
        return 0;
    default:
        Console.Error.WriteLine("usage: Compression cpu [ROUNDS] [SECONDS], or Compression memory [CONNECTIONS]");
        return 2;
}
