using Cierre.Testing;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Cierre.Testing.Tests.Samples;

/// <summary>The samples of docs/testing.md, as they stand there.</summary>
internal static class TestingSamples
{
    public static void Network()
    {
        #region network
        var network = new SimulatedNetwork(seed: 7);
        network.Run(async () =>
        {
            var (client, server) = network.CreatePair(toServer: new NetworkPath { Fault = PathFault.Silence, FaultAfterBytes = 100 });
            await client.SendAsync("hello");
            Assert.Equal("hello", (await server.ReceiveAsync())!.Value.GetText());
            await client.SendAsync(new byte[1000]); // of which the server gets the first 89 bytes

            CloseRecord record = await client.CloseAsync(); // five seconds of the network's time, and none of yours
            record.ShouldBeLost(CloseCause.CloseTimeout).ShouldHave(sent: 1000);
        });
        #endregion
    }

    public static int Seeds()
    {
        #region seeds
        int run = Simulation.Run(1000, async network =>
        {
            SimulatedLink link = network.Connect(NetworkPath.CreateRandom(network.Random, faultWithin: 500), NetworkPath.CreateRandom(network.Random));
            Task serving = EchoAsync(link.OpenServer());
            CloseRecord record = await SayHelloAsync(link.OpenClient());
            await serving;
            if (record.WasClean && record.EndedBy == EndedBy.Local) record.ShouldBeClean(4001);
        });
        #endregion

        return run;
    }

    #region code
    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await using (connection)
            await foreach (var message in connection.ReadAllAsync())
                await connection.SendAsync(message);
    }

    private static async Task<CloseRecord> SayHelloAsync(WebSocketConnection connection)
    {
        for (int i = 0; i < 10 && connection.IsOpen; i++)
        {
            try
            {
                await connection.SendAsync($"hello {i}");
                await connection.ReceiveAsync();
            }
            catch (WebSocketClosedException)
            {
                break;
            }
        }

        return await connection.CloseAsync(4001);
    }
    #endregion

    public static void Raw()
    {
        #region raw
        var network = new SimulatedNetwork();
        network.Run(async () =>
        {
            SimulatedLink link = network.Connect(toServer: new NetworkPath { MaxPieceSize = 1 }); // a byte at a time
            WebSocketConnection server = link.OpenServer();
            await link.ClientEnd.Output.WriteAsync(new byte[] { 0x83, 0x80, 0, 0, 0, 0 }); // opcode 3
            await link.ClientEnd.Output.CompleteAsync(); // FIN; with an exception it would be RST
            (await server.Closed).ShouldHaveFailed(CloseCodes.ProtocolError, "opcode 3");
        });
        #endregion
    }

    public static async Task AppAsync()
    {
        #region app
        await using var factory = new WebApplicationFactory<Program>();

        var refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => factory.Server.ConnectWebSocketAsync("/private"));
        Assert.Equal(401, (int)refused.Record.HttpStatus!);

        var options = new WebSocketClientOptions();
        options.Headers.Add(new("Authorization", "Bearer alice"));
        await using var connection = await factory.Server.ConnectWebSocketAsync("/private", options);
        Assert.Equal("welcome, alice", (await connection.ReceiveAsync())!.Value.GetText());
        await connection.SendAsync("leave");
        (await connection.ShouldEndAsync()).ShouldBeClean(4001, "as you wish");
        #endregion
    }
}
