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
            Assert.Equal(PathFault.None, NetworkPath.Draw(random).Fault);
            NetworkPath path = NetworkPath.Draw(random, faultWithin: 100);
            Assert.InRange(path.FaultAfter, 0, 100);
            faults.Add(path.Fault);
            new SimulatedNetwork().Connect(path, path);
        }

        Assert.Equal([PathFault.EndOfStream, PathFault.Reset, PathFault.Silence, PathFault.Stall], faults.Order());
    }

    [Fact]
    public void Path_that_cannot_be_is_refused_with_the_name_of_what_is_wrong()
    {
        var network = new SimulatedNetwork();
        Assert.Throws<ArgumentOutOfRangeException>("Buffer", () => network.Connect(new NetworkPath { Buffer = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("Latency", () => network.Connect(new NetworkPath { Latency = TimeSpan.FromTicks(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>("MaxPiece", () => network.Connect(toClient: new NetworkPath { MaxPiece = -1 }));
        Assert.Throws<ArgumentNullException>("value", () => network.Connect().ToServer = null!);
    }

    [Fact]
    public void Stall_is_a_pause_and_nothing_is_lost()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair(toServer: new NetworkPath { Fault = PathFault.Stall, FaultAfter = 4, StallsFor = TimeSpan.FromSeconds(3) });
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
