namespace Cierre.Testing.Tests;

public sealed class SimulatedNetworkTests
{
    [Fact]
    public void Messages_go_both_ways_and_the_close_is_clean()
    {
        var network = new SimulatedNetwork { KeepsTrace = true };
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair();
            await client.SendAsync("hello");
            Assert.Equal("hello", (await server.ReceiveAsync())!.Value.GetText());
            await server.SendAsync("back");
            Assert.Equal("back", (await client.ReceiveAsync())!.Value.GetText());
            (await client.CloseAsync(4001, "done")).ShouldBeClean(4001, "").ShouldHave(sent: 4001, received: 4001, endedBy: EndedBy.Local, cause: CloseCause.Requested);
            (await server.Closed).ShouldBeClean(4001, "done").ShouldHave(endedBy: EndedBy.Remote, cause: CloseCause.PeerClosed);
        });
        Assert.Equal(0, network.TimersSet);
        Assert.Contains(network.Trace, line => line.EndsWith("client sends text \"hello\"", StringComparison.Ordinal));
        Assert.Contains(network.Trace, line => line.EndsWith("server sends close 4001 \"\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Waiting_for_a_silent_peer_takes_no_time_but_the_clocks()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, _) = network.CreatePair(toServer: new NetworkPath { Fault = PathFault.Silence, FaultAfterBytes = 3 });
            (await client.CloseAsync()).ShouldBeLost(CloseCause.CloseTimeout);
        });
        Assert.InRange(network.Elapsed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.1));
    }

    [Fact]
    public void Half_close_in_the_middle_is_the_end_of_the_stream_for_the_receiver()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair(toServer: new NetworkPath { Fault = PathFault.EndOfStream, FaultAfterBytes = 5 });
            await client.SendAsync("hello");
            Assert.Null(await server.ReceiveAsync());
            (await server.Closed).ShouldBeLost(CloseCause.EndOfStream);
            (await client.Closed).ShouldHave(code: 1006);
        });
    }

    [Fact]
    public void Reset_in_between_is_one_for_both()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            SimulatedLink link = network.Connect();
            WebSocketConnection client = link.OpenClient(), server = link.OpenServer();
            await client.SendAsync("hello");
            await server.ReceiveAsync();
            link.ToServer = link.ToServer with { Fault = PathFault.Reset };
            (await server.Closed).ShouldBeLost(CloseCause.ConnectionReset);
            (await client.Closed).ShouldBeLost(CloseCause.ConnectionReset);
        });
    }

    [Fact]
    public void Abort_is_a_reset_for_the_peer()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair();
            client.Abort();
            (await client.Closed).ShouldBeLost(CloseCause.Aborted);
            (await server.Closed).ShouldBeLost(CloseCause.ConnectionReset);
        });
    }

    [Fact]
    public void Peer_can_speak_byte_by_byte()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            SimulatedLink link = network.Connect(toServer: new NetworkPath { MaxPieceSize = 1 });
            WebSocketConnection server = link.OpenServer();
            await link.ClientEnd.Output.WriteAsync(new byte[] { 0x83, 0x80, 0, 0, 0, 0 });
            await link.ClientEnd.Output.CompleteAsync();
            (await server.Closed).ShouldHaveFailed(1002, "opcode 3 is reserved");
        });
    }

    [Fact]
    public void Receiver_that_does_not_read_makes_the_sender_wait()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair();
            int sent = 0;
            Task sending = Send();
            await network.Delay(TimeSpan.FromSeconds(1));
            Assert.InRange(sent, 1, 60);
            int received = 0;
            while (received < 100 && await server.ReceiveAsync() is not null) received++;
            await sending;
            Assert.Equal(100, sent);

            async Task Send()
            {
                for (; sent < 100; sent++) await client.SendAsync(new byte[10_000]);
            }
        });
    }

    [Fact]
    public void Narrow_line_takes_its_time()
    {
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            (WebSocketConnection client, WebSocketConnection server) = network.CreatePair(toServer: new NetworkPath { BytesPerSecond = 10_000 });
            await client.SendAsync(new byte[20_000]);
            await server.ReceiveAsync();
        });
        Assert.InRange(network.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.1));
    }

    [Fact]
    public void Wait_for_what_cannot_happen_is_an_error_and_not_a_hang()
    {
        var network = new SimulatedNetwork();
        var options = new WebSocketConnectionOptions { PingInterval = Timeout.InfiniteTimeSpan };
        var stuck = Assert.Throws<SimulationException>(() => network.Run(async () =>
        {
            (WebSocketConnection client, _) = network.CreatePair(options, new WebSocketConnectionOptions { PingInterval = Timeout.InfiniteTimeSpan });
            await client.ReceiveAsync();
        }));
        Assert.StartsWith("Nothing is left that could happen", stuck.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Conversation_that_never_ends_meets_the_limit()
    {
        var network = new SimulatedNetwork { TimeLimit = TimeSpan.FromMinutes(2) };
        var late = Assert.Throws<SimulationException>(() => network.Run(async () =>
        {
            (WebSocketConnection client, _) = network.CreatePair();
            await client.ReceiveAsync();
        }));
        Assert.StartsWith("The limit of the simulation has passed", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_conversation_throws_comes_out_of_it() =>
        Assert.Equal("mine", Assert.Throws<InvalidOperationException>(() => new SimulatedNetwork().Run(() => throw new InvalidOperationException("mine"))).Message);

    [Fact]
    public void Options_of_the_caller_stay_as_they_are()
    {
        var network = new SimulatedNetwork();
        WebSocketConnectionOptions client = new(), server = new();
        network.Run(async () =>
        {
            (WebSocketConnection one, WebSocketConnection other) = network.CreatePair(client, server);
            await one.CloseAsync();
            await other.Closed;
        });
        Assert.Equal((TimeProvider.System, TimeProvider.System), (client.TimeProvider, server.TimeProvider));
    }
}
