using System.Globalization;
using System.Text.Json;
using Cierre.AspNetCore.Tests.Gateway;
using Cierre.AspNetCore.Tests.Inspector;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Close codes that a host adds: everything that the host says about a close names them, and no other host does.</summary>
public sealed class ApplicationCodesTests
{
    [Fact]
    public async Task Codes_of_the_host_are_named_by_record_log_metric_and_inspector()
    {
        using var meter = new MeterProbe("Cierre", "cierre.close.code", "4711");
        using var log = new LogSink();
        await using TestServer server = await InspectorRig.StartAsync(services: services =>
        {
            services.AddCierre(options => options.CloseCodes.Add(4711, "Session replaced", "the same user opened another session", ReconnectAdvice.Yes)
                .AddTranslation(4711, CultureInfo.GetCultureInfo("es"), "Sesión sustituida"));
            services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug));
        });
        await using WebSocketConnection client = await server.EchoClientAsync();
        CloseRecord theirs = await client.CloseAsync(4711).Soon();
        CloseRecord record = await server.RecordAsync();

        Assert.Equal(("Session replaced", ""), (record.CodeInfo.Name, theirs.CodeInfo.Name));
        Assert.StartsWith("4711 Session replaced: the same user opened another session.", record.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal(ReconnectKind.Yes, record.Reconnect.Kind);
        Assert.Same(record.CodeInfo, server.Services.GetRequiredService<CloseCodes>().Get(4711));

        await Waits.Until(() => log.Lines.Any(line => line.Contains(" / closed: 4711 Session replaced, clean True, ", StringComparison.Ordinal)), "the log");
        await Waits.Until(() => meter.Of("cierre.connection.closes").Count == 1, "the metric");
        JsonElement row = Assert.Single((await server.JsonAsync("/_ws/closes", ("Accept-Language", "es"))).GetProperty("closes").EnumerateArray());
        Assert.Equal("Sesión sustituida", row.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Another_host_of_the_process_knows_nothing_of_them_and_may_give_the_number_another_name()
    {
        await using TestServer one = await StartAsync("Session replaced"), other = await StartAsync("Room closed"), none = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        foreach ((TestServer server, string name) in ((TestServer, string)[])[(one, "Session replaced"), (other, "Room closed"), (none, "")])
        {
            await using WebSocketConnection client = await server.ConnectAsync();
            await client.CloseAsync(4001).Soon();
            Assert.Equal(name, (await server.RecordAsync()).CodeInfo.Name);
        }

        static Task<TestServer> StartAsync(string name) =>
            TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Services.AddCierre(options => options.CloseCodes.Add(4001, name)));
    }

    [Fact]
    public async Task Endpoint_may_have_codes_of_its_own()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            endpoint => endpoint.CloseCodes = new CloseCodes().Add(4001, "Of the endpoint"),
            builder => builder.Services.AddCierre(options => options.CloseCodes.Add(4001, "Of the host")));
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.CloseAsync(4001).Soon();
        Assert.Equal("Of the endpoint", (await server.RecordAsync()).CodeInfo.Name);
    }

    [Fact]
    public async Task Gateway_names_the_codes_of_its_endpoint_on_both_sides()
    {
        await using TestServer upstream = await TestServer.StartAsync(Carrier.Http1, connection => connection.CloseAsync(4001, "bye"));
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options => options.Endpoint.CloseCodes = new CloseCodes().Add(4001, "Session replaced"));
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(new Uri(rig.Server.Url, "/gw"));
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((4001, "Session replaced"), (ofClient.Code, ofClient.CodeInfo.Name));
        Assert.Equal((4001, "Session replaced"), (ofUpstream.Code, ofUpstream.CodeInfo.Name));
        Assert.Equal("", (await client.Closed.Soon()).CodeInfo.Name);
    }
}
