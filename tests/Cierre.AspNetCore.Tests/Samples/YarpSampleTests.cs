using Cierre.Samples.Yarp;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests.Samples;

/// <summary>samples/Yarp, as it is, in front of a server.</summary>
public sealed class YarpSampleTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sample_relays_and_drains_only_what_it_observes(bool observes)
    {
        await using TestServer upstream = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using WebApplication relay = Relay.Build(
            ["--urls", "http://127.0.0.1:0", "--Upstream", upstream.HttpUrl("/").AbsoluteUri, "--Observe", observes.ToString()],
            builder => builder.Logging.ClearProviders());
        await relay.StartAsync(TestContext.Current.CancellationToken);
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(new UriBuilder(relay.Urls.Single()) { Scheme = "ws" }.Uri);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync().Soon())!.Value.GetText());
        if (!observes)
        {
            Assert.Null(relay.Services.GetService<WebSocketServer>());
            return;
        }

        Task drain = relay.Services.GetRequiredService<WebSocketServer>().DrainAsync(new WebSocketDrainOptions { Code = 1012 }, TestContext.Current.CancellationToken);
        CloseRecord record = await client.DiscardAllAsync().Soon();
        Assert.Equal((1012, true), (record.Code, record.WasClean));
        await drain.Soon();
        Assert.Equal(1012, (await upstream.RecordAsync()).Code);
    }
}
