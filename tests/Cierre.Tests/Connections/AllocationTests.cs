using Cierre.Telemetry;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(false, 32, false)]
    [InlineData(true, 32, false)]
    [InlineData(false, 16 * 1024, false)]
    [InlineData(true, 16 * 1024, false)]
    [InlineData(false, 32, true)]
    [InlineData(true, 32, true)]
    public Task Echoed_message_allocates_nothing(bool client, int size, bool measured) => OwnProcess.RunAsync(typeof(AllocationTests), async () =>
    {
        using MeterProbe? meter = measured ? new MeterProbe(CierreTelemetry.MeterName, "http.route", "/allocation") : null;
        using SpanProbe? spans = measured ? new SpanProbe(CierreTelemetry.ActivitySourceName) : null;
        var played = new Played(client, measured: measured ? time => ConnectionTelemetry.OfServer("/allocation", "ws", "/", time) : null) { Wire = { Captures = false } };
        Task echo = Echo();
        byte[] frame = played.Frame(Played.Binary, new byte[size]), scratch = new byte[frame.Length];
        // Other tests draw on the same pool of arrays: one run that finds it filled is enough.
        long least = long.MaxValue;
        int runs = 0;
        for (; runs < 20 && least != 0; runs++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Pump(1_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(runs * 1_000, played.Connection.Traffic.MessagesSent);
        OwnProcess.Figure("bytes allocated for 1,000 messages", least, 0);
        played.Wire.End();
        await Played.Within(echo);

        void Pump(int count)
        {
            for (int i = 0; i < count; i++)
            {
                frame.CopyTo(scratch, 0);
                played.Wire.PushInPlace(scratch);
            }
        }

        async Task Echo()
        {
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) await played.Connection.SendAsync(message);
        }
    }, (client, size, measured));

    [Fact]
    public void Idle_connection_keeps_no_message_memory_after_its_messages_were_read()
    {
        var played = new Played();
        played.PeerText("x");
        ValueTask<WebSocketMessage?> message = played.Connection.ReceiveAsync();
        Assert.True(message.IsCompletedSuccessfully);
        Assert.Equal("x", message.Result!.Value.GetText());
        ValueTask<WebSocketMessage?> next = played.Connection.ReceiveAsync();
        Assert.False(next.IsCompleted);
        Assert.Equal((0, 0), (played.Wire.Staged, played.Wire.Backlog));
    }
}
