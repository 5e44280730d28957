using Cierre.Frameworks.Tests;
using Cierre.Frameworks.Tests.SignalR;
using Cierre.SignalRLoad;

// storm [CLIENTS] [ENDS] [STACK]   clients of a hub that call on through drains and cuts, on the framework's own WebSockets and on Cierre
// cuts [CLIENTS] [ENDS] [STACK]    the same without drains: what is left of stateful reconnect
// drain [CONNECTIONS]              how long a drain of connections of SignalR takes, and the stop of the host behind it
// stop [CONNECTIONS]               the same by the stop of the host alone, which drains them
// echo [CONNECTIONS] [SECONDS] [ROUNDS]   the server's CPU for an invocation, on both stacks
// idle [CONNECTIONS] [ROUNDS]      the server's memory for a connection that only waits, on both stacks
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
    case "echo":
        return await HubCosts.EchoAsync(Argument(1, 100), Argument(2, 4), Argument(3, 7));
    case "idle":
        return await HubCosts.IdleAsync(Argument(1, 2000), Argument(2, 3));
    case "server":
        await HubServer.RunAsync(Enum.Parse<Stack>(args[1]));
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: storm [CLIENTS] [ENDS] [Framework|Cierre] | cuts [CLIENTS] [ENDS] [Framework|Cierre] | drain [CONNECTIONS] | stop [CONNECTIONS] "
            + "| echo [CONNECTIONS] [SECONDS] [ROUNDS] | idle [CONNECTIONS] [ROUNDS]");
        return 2;
}
