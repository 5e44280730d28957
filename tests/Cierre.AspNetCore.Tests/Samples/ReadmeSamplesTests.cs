using Cierre.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Samples;

/// <summary>What the README shows is compiled and runs.</summary>
public class ReadmeSamplesTests
{
    [Fact]
    public void Every_block_of_C_sharp_in_the_README_is_a_region_that_is_compiled()
    {
        string[] regions = [.. Regions(File.ReadAllText(Path.Combine(Golden.Root, "tests/Cierre.AspNetCore.Tests/Samples/ReadmeSamples.cs")))];
        string[] blocks = [.. File.ReadAllText(Path.Combine(Golden.Root, "README.md")).Split("```csharp\n").Skip(1).Select(rest => rest.Split("```")[0].Trim())];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(block, regions));
    }

    [Fact]
    public async Task Client_and_server_of_the_README_talk_and_explain_their_close()
    {
        await using WebApplication app = ReadmeSamples.Server(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        string explanation = await ReadmeSamples.ClientAsync(new Uri(address + "/echo")).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith("4001", explanation, StringComparison.Ordinal);
        Browser.CloseEvent close = await ReadmeSamples.BrowserAsync(address + "/echo").WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((4001, "", true), (close.Code, close.Reason, close.WasClean));
        await app.StopAsync();
    }

    [Fact]
    public async Task Trace_of_the_README_sees_a_connection_to_its_end()
    {
        await using WebApplication app = ReadmeSamples.Server(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        WebSocketConnection connection = await WebSocketConnection.ConnectAsync(new Uri(address + "/echo"));
        Task tracing = ReadmeSamples.TraceAsync(connection);
        await connection.SendAsync("hello");
        await connection.CloseAsync();
        await tracing.WaitAsync(TimeSpan.FromSeconds(10));
        await app.StopAsync();
    }

    [Fact]
    public async Task Session_of_the_README_goes_on_and_its_script_is_served()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider()),
            map: app => ReadmeSamples.Resume(app, TestServer.EchoAsync));
        await using var proxy = new CuttingProxy(server.Url);
        await using ResumableConnection resumable = await ResumableConnection.ConnectAsync(
            new Uri(proxy.Url, "/chat"), new WebSocketReconnectOptions { Policy = (_, _) => ReconnectDecision.After(TimeSpan.Zero) }).Soon();
        proxy.CutNow();
        await resumable.Connection.SendAsync("hello");
        Assert.Equal("hello", (await resumable.Connection.ReceiveAsync().Soon())!.Value.GetText());
        using HttpResponseMessage script = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/cierre/cierre-resume.js")));
        Assert.Contains("ResumableWebSocket", await script.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_of_the_README_talks_and_closes()
    {
        await using WebApplication app = ReadmeSamples.Server(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Assert.Equal(1005, await ReadmeSamples.StreamAsync(address + "/echo").WaitAsync(TimeSpan.FromSeconds(10)));
        await app.StopAsync();
    }

    [Fact]
    public async Task Client_of_the_README_that_stays_connected_renews_its_credentials_and_ends_when_told()
    {
        var seen = new List<string>();
        await using RawServer server = RawServer.Start(async peer =>
        {
            seen.Add(peer.Header("Authorization")!);
            Assert.Equal("subscribe", (await peer.ReadFrameAsync()).Text);
            await peer.SendCloseAsync(seen.Count == 1 ? 3000 : 4000);
            await peer.ReadFrameAsync();
        });
        CloseRecord last = await ReadmeSamples.ReconnectAsync(server.Url, "old", _ => Task.FromResult("new")).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(4000, last.Code);
        Assert.Equal(["Bearer old", "Bearer new"], seen);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("operator", 200)]
    public async Task Inspector_of_the_README_is_shown_to_operators(string? user, int status)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, UserByHeader>("header", null);
                builder.Services.AddAuthorizationBuilder().AddPolicy("operators", policy => policy.RequireUserName("operator"));
            },
            map: ReadmeSamples.Inspector);
        var request = new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/_ws/connections"));
        if (user is not null) request.Headers.Add("X-User", user);
        using HttpResponseMessage answer = await server.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Failure_of_the_README_is_caught() => await ReadmeSamples.FailureAsync(new Uri("ws://127.0.0.1:1"));

    private static IEnumerable<string> Regions(string source) => source.Split("#region ").Skip(1).Select(rest =>
    {
        string body = rest[(rest.IndexOf('\n') + 1)..rest.IndexOf("#endregion", StringComparison.Ordinal)];
        return string.Join('\n', body.Split('\n').Select(line => line.Length > 8 ? line[8..] : "")).Trim();
    });
}
