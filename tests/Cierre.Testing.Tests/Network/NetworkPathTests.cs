namespace Cierre.Testing.Tests.Network;

public sealed class NetworkPathTests
{
    [Fact]
    public void Drawn_path_can_be_used_and_has_a_fault_only_if_asked_for()
    {
        var random = new Random(1);
        var faults = new HashSet<PathFault>();
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(PathFault.None, NetworkPath.CreateRandom(random).Fault);
            NetworkPath path = NetworkPath.CreateRandom(random, faultWithin: 100);
            Assert.InRange(path.FaultAfterBytes, 0, 100);
            faults.Add(path.Fault);
            new SimulatedNetwork().Connect(path, path);
        }

        Assert.Equal([PathFault.EndOfStream, PathFault.Reset, PathFault.Silence, PathFault.Stall], faults.Order());
    }

    [Fact]
    public void Path_that_cannot_be_is_refused_with_the_name_of_what_is_wrong()
    {
        var network = new SimulatedNetwork();
        Assert.Throws<ArgumentOutOfRangeException>("BufferSize", () => network.Connect(new NetworkPath { BufferSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("Latency", () => network.Connect(new NetworkPath { Latency = TimeSpan.FromTicks(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>("MaxPieceSize", () => network.Connect(toClient: new NetworkPath { MaxPieceSize = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>("MaxPieceSize", () => network.Connect(new NetworkPath { MaxPieceSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("BytesPerSecond", () => network.Connect(new NetworkPath { BytesPerSecond = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("faultWithin", () => NetworkPath.CreateRandom(new Random(1), -1));
        Assert.Throws<ArgumentNullException>("value", () => network.Connect().ToServer = null!);
    }

    /// <summary>Where it is set: whoever makes a path of another, or far from the network that takes it, is told there.</summary>
    [Fact]
    public void Value_out_of_range_is_refused_where_it_is_set()
    {
        var path = new NetworkPath();
        Assert.Throws<ArgumentOutOfRangeException>("Latency", () => path with { Latency = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>("Latency", () => path with { Latency = TimeSpan.MaxValue });
        Assert.Throws<ArgumentOutOfRangeException>("Jitter", () => path with { Jitter = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>("Jitter", () => path with { Jitter = TimeSpan.FromDays(25) });
        Assert.Throws<ArgumentOutOfRangeException>("MaxPieceSize", () => path with { MaxPieceSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("BytesPerSecond", () => path with { BytesPerSecond = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("BufferSize", () => path with { BufferSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("Fault", () => path with { Fault = (PathFault)5 });
        Assert.Throws<ArgumentOutOfRangeException>("FaultAfterBytes", () => path with { FaultAfterBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>("StallDuration", () => path with { StallDuration = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>("StallDuration", () => path with { StallDuration = Timeout.InfiniteTimeSpan });
        Assert.Equal(path, path with { Latency = path.Latency, MaxPieceSize = null, BytesPerSecond = null });
    }

    /// <summary>Null is no limit; zero is a number like any other: a fault that may come before the first byte.</summary>
    [Fact]
    public void Without_limits_a_message_arrives_whole_and_at_once_and_a_fault_within_zero_bytes_is_there_from_the_first()
    {
        Assert.Equal((null, null), (new NetworkPath().MaxPieceSize, new NetworkPath().BytesPerSecond));
        Assert.All(Enumerable.Range(1, 50).Select(seed => NetworkPath.CreateRandom(new Random(seed), faultWithin: 0)), path => Assert.True(path is { Fault: not PathFault.None, FaultAfterBytes: 0 }));
        var network = new SimulatedNetwork { KeepsTrace = true };
        network.Run(async () =>
        {
            SimulatedLink link = network.Connect(new NetworkPath { MaxPieceSize = int.MaxValue });
            await link.ClientEnd.Output.WriteAsync(new byte[10_000]);
            Assert.Equal(10_000, (await link.ServerEnd.Input.ReadAtLeastAsync(10_000)).Buffer.Length);
            Assert.Equal((10_000, 0), (link.BytesSentByClient, link.BytesSentByServer));
        });
        Assert.Equal(TimeSpan.FromMilliseconds(1), network.Elapsed);
        Assert.Single(network.Trace, line => line.Contains("server gets 10000 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Stall_is_a_pause_and_nothing_is_lost()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair(toServer: new NetworkPath { Fault = PathFault.Stall, FaultAfterBytes = 4, StallDuration = TimeSpan.FromSeconds(3) });
            await client.SendAsync("hello");
            Assert.Equal("hello", (await server.ReceiveAsync())!.Value.GetText());
            Assert.InRange(network.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.1));
            (await client.CloseAsync()).ShouldBeClean();
        });
    }

    [Fact]
    public void Unread_bytes_at_the_end_of_a_receiver_are_a_reset_for_the_sender()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            SimulatedLink link = network.Connect();
            await link.ClientEnd.Output.WriteAsync(new byte[10]);
            await network.Delay(TimeSpan.FromSeconds(1));
            await link.ServerEnd.Output.CompleteAsync();
            await link.ServerEnd.Input.CompleteAsync();
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(async () =>
            {
                while (await link.ClientEnd.Input.ReadAsync() is { } result)
                {
                    link.ClientEnd.Input.AdvanceTo(result.Buffer.End);
                    await network.Delay(TimeSpan.FromSeconds(1));
                }
            });
        });
    }
}
