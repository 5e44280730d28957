using System.Net;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The application's other endpoints do not notice that the transport's output was replaced.</summary>
public class OrdinaryEndpointTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Large_answers_and_bodies_pass_over_one_connection(Carrier carrier)
    {
        byte[] large = new byte[5_000_000];
        Random.Shared.NextBytes(large);
        await using TestServer server = await StartAsync(carrier, app =>
        {
            app.MapGet("/large", () => Results.Bytes(large));
            app.MapPost("/hash", async (Stream body) => Convert.ToHexString(await System.Security.Cryptography.SHA256.HashDataAsync(body)));
        });
        using HttpClient client = Client(server, carrier);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(large, await client.GetByteArrayAsync(new Uri("/large", UriKind.Relative)).Soon());
            using HttpResponseMessage hash = await client.PostAsync(new Uri("/hash", UriKind.Relative), new ByteArrayContent(large)).Soon();
            Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(large)), await hash.Content.ReadAsStringAsync().Soon());
        }
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Request_is_aborted_when_its_client_goes(Carrier carrier)
    {
        var (begun, aborted) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using TestServer server = await StartAsync(carrier, app => app.MapGet("/wait", async (HttpContext context) =>
        {
            begun.SetResult();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
            aborted.SetResult();
        }));
        using HttpClient client = Client(server, carrier);
        using var cancel = new CancellationTokenSource();
        Task<string> asking = client.GetStringAsync(new Uri("/wait", UriKind.Relative), cancel.Token);
        await begun.Task.Soon();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await aborted.Task.Soon();
    }

    [Fact]
    public async Task Client_that_does_not_read_its_answer_stops_the_endpoint()
    {
        long written = 0;
        await using TestServer server = await StartAsync(Carrier.Http1, app => app.MapGet("/endless", async (HttpContext context) =>
        {
            byte[] part = new byte[64 * 1024];
            while (true)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
                Interlocked.Add(ref written, part.Length);
            }
        }));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
        long seen = -1;
        await Waits.Until(
            () =>
            {
                long now = Interlocked.Read(ref written);
                bool still = now == seen && now > 0;
                seen = now;
                return still;
            },
            "the endpoint to stand still");
        Assert.InRange(seen, 1, 32 * 1024 * 1024);
    }

    private static Task<TestServer> StartAsync(Carrier carrier, Action<WebApplication> map) => TestServer.StartAsync(carrier, TestServer.EchoAsync, map: map);

    private static HttpClient Client(TestServer server, Carrier carrier)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return new HttpClient(handler)
        {
            BaseAddress = server.HttpUrl("/"),
            DefaultRequestVersion = carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
