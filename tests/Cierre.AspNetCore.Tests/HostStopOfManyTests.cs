using System.Diagnostics;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

[Collection(nameof(Heavy))]
public class HostStopOfManyTests
{
    [Theory]
    [InlineData(Carrier.Http1, 1000)]
    [InlineData(Carrier.Tls, 300)]
    public async Task Many_connections_stop_in_under_two_seconds_each_with_1001(Carrier carrier, int count)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        var peers = new RawPeer[count];
        for (int i = 0; i < count; i++) peers[i] = await server.RawAsync();
        Task<int?>[] codes = [.. peers.Select(async peer =>
        {
            await using (peer)
            {
                RawFrame frame = await peer.ReadFrameAsync();
                await peer.SendCloseAsync(1001);
                return frame.CloseCode;
            }
        })];
        var watch = Stopwatch.StartNew();
        await server.StopAsync();
        long took = watch.ElapsedMilliseconds;
        TestContext.Current.TestOutputHelper!.WriteLine($"{count} over {carrier}: {took} ms");
        Assert.All(await Task.WhenAll(codes).Soon(), code => Assert.Equal(1001, code));
        Assert.InRange(took, 0, 2000);
    }
}
