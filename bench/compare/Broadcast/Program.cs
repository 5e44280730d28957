// One message to many connections: Cierre's broadcast, a loop over System.Net.WebSockets, each on a Kestrel of its own, and a loop over bare sockets; and the clients of both.
//   Broadcast serve CONNECTIONS ROUNDS SIZE     waits for as many clients of each, sends ROUNDS messages to all of one side, then of the next, and compares
//   Broadcast listen CONNECTIONS PORT...        connects to each, reads to the end, prints how many bytes came
using System.Globalization;
using Cierre.Bench.Broadcast;

int Number(int index) => int.Parse(args[index], CultureInfo.InvariantCulture);
switch (args)
{
    case ["serve", _, _, _]:
        await Comparison.RunAsync(Number(1), Number(2), Number(3));
        return 0;
    case ["listen", _, _, ..]:
        await Listeners.RunAsync(Number(1), [.. args[2..].Select((_, i) => Number(i + 2))]);
        return 0;
    default:
        Console.Error.WriteLine("usage: Broadcast serve CONNECTIONS ROUNDS SIZE, or Broadcast listen CONNECTIONS PORT...");
        return 2;
}
