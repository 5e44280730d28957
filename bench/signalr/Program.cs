using Cierre.Frameworks.Tests;
using Cierre.Frameworks.Tests.SignalR;
using Cierre.SignalRLoad;

// storm [CLIENTS] [ENDS] [STACK]   clients of a hub that call on through drains and cuts, on the framework's own WebSockets and on Cierre
// cuts [CLIENTS] [ENDS] [STACK]    the same without drains: what is left of stateful reconnect
// drain [CONNECTIONS]              how long a drain of connections of SignalR takes, and the stop of the host behind it
// stop [CONNECTIONS]               the same by the stop of the host alone, which drains them
int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], System.Globalization.CultureInfo.InvariantCulture) : otherwise;

switch (args.FirstOrDefault())
{
    case "storm" or "cuts":
        foreach (Stack stack in args.Length > 3 ? [Enum.Parse<Stack>(args[3], ignoreCase: true)] : Enum.GetValues<Stack>())
        {
            long begun = TimeProvider.System.GetTimestamp();
            StormOutcome outcome = await new Storm(stack, Argument(1, 200), Argument(2, 30), CutsOnly: args[0] == "cuts").RunAsync();
            Console.WriteLine($"{stack}: {outcome} in {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0.0} s");
        }

        return 0;
    case "drain" or "stop":
        return await DrainOfMany.RunAsync(Argument(1, 2000), stopsOnly: args[0] == "stop");
    default:
        await Console.Error.WriteLineAsync("usage: storm [CLIENTS] [ENDS] [Framework|Cierre] | cuts [CLIENTS] [ENDS] [Framework|Cierre] | drain [CONNECTIONS] | stop [CONNECTIONS]");
        return 2;
}
