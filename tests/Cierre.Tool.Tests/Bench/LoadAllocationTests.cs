using System.Diagnostics;
using Cierre.TestKit;
using Cierre.Tool.Bench;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

/// <summary>What the process allocates is counted, on whichever thread.</summary>
public sealed class LoadAllocationTests
{
    private const int Messages = 1_000;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public Task Message_there_and_back_over_a_socket_allocates_nothing(int depth) => OwnProcess.RunAsync(typeof(LoadAllocationTests), async () =>
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using WebSocketConnection connection = await WebSocketConnection.ConnectAsync(serve.Url);
        var meter = new Meter();
        var load = new LoadConnection(connection, 0, schedule: null, depth, new Payload(WebSocketMessageKind.Binary, 32), meter, TimeProvider.System);
        Task running = load.RunAsync();
        // On a thread of its own, and without a task, a timer or a text, all of which would be counted.
        double least = await Task.Factory.StartNew(() => Measure(meter), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        OwnProcess.Figure("bytes allocated for a message", least, 1);
        load.Stop(_ => { });
        await connection.CloseAsync();
        await running.WaitAsync(ToolProcess.Bound);
    }, depth);

    /// <returns>The least bytes a message of several runs: the runtime's own, such as a thread that starts, come now and then.</returns>
    private static double Measure(Meter meter)
    {
        double least = double.MaxValue;
        for (int run = 0; run < 10 && least >= 1; run++)
        {
            (long bytes, long messages) = (GC.GetTotalAllocatedBytes(precise: true), meter.Latency.Count);
            long counted = Wait(meter, messages + Messages);
            least = Math.Min(least, (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / (counted - messages));
        }

        return least;
    }

    private static long Wait(Meter meter, long until)
    {
        long begun = Stopwatch.GetTimestamp(), count;
        var spin = default(SpinWait);
        while ((count = meter.Latency.Count) < until)
        {
            if (Stopwatch.GetElapsedTime(begun) > ToolProcess.Bound) throw new TimeoutException($"{count} of {until} messages came");
            spin.SpinOnce();
        }

        return count;
    }
}
