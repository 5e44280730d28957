// One message to many connections: Cierre's broadcast, or a loop over System.Net.WebSockets, on the same Kestrel; and the clients of both.
//   Broadcast serve cierre|system CONNECTIONS ROUNDS SIZE   waits for the clients, sends ROUNDS messages to each, prints CPU per message sent
//   Broadcast listen PORT CONNECTIONS                       connects, reads to the end, prints how many bytes came
using System.Globalization;
using Cierre.Bench.Broadcast;

int Number(int index) => int.Parse(args[index], CultureInfo.InvariantCulture);
switch (args)
{
    case ["serve", "cierre", ..]:
        await Server.RunAsync(new CierreSide(), Number(2), Number(3), Number(4));
        return 0;
    case ["serve", "system", ..]:
        await Server.RunAsync(new SystemSide(), Number(2), Number(3), Number(4));
        return 0;
    case ["listen", ..]:
        await Listeners.RunAsync(Number(1), Number(2));
        return 0;
    default:
        Console.Error.WriteLine("usage: Broadcast serve cierre|system CONNECTIONS ROUNDS SIZE, or Broadcast listen PORT CONNECTIONS");
        return 2;
}
