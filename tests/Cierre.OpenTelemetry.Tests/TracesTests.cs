using Microsoft.AspNetCore.Builder;
using System.Diagnostics;
using Cierre.AspNetCore;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Xunit;

namespace Cierre.OpenTelemetry.Tests;

/// <summary>What an application's exporter is given, over real sockets, with the SDK's own sampler.</summary>
public sealed class TracesTests
{
    private static readonly ActivitySource Caller = new("Cierre.OpenTelemetry.Tests.Caller");

    [Fact]
    public async Task Client_and_server_are_one_trace_and_the_servers_span_is_inside_of_the_request()
    {
        Spans spans = [];
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(Caller.Name).AddAspNetCoreInstrumentation().AddCierreInstrumentation().AddInMemoryExporter(spans).Build();
        await using Site site = await Site.EchoAsync("/traces/one");
        using (Activity caller = Caller.StartActivity("caller")!)
        {
            await site.TalkAsync();
            Activity[] trace = await spans.OfAsync(caller.TraceId, 3);
            Activity client = trace.Single(s => s.DisplayName == "WebSocket"), request = trace.Single(s => s.Source.Name == "Microsoft.AspNetCore"), server = trace.Single(s => s.DisplayName == "WebSocket /traces/one");
            Assert.Equal((ActivityKind.Client, caller.SpanId), (client.Kind, client.ParentSpanId));
            Assert.Equal((ActivityKind.Internal, request.SpanId), (server.Kind, server.ParentSpanId));
            Assert.Equal(("1000", "requested", "local"), (client.GetTagItem("cierre.close.code"), client.GetTagItem("cierre.close.cause"), client.GetTagItem("cierre.close.ended_by")));
            Assert.Equal(("1000", "peer-closed", "remote"), (server.GetTagItem("cierre.close.code"), server.GetTagItem("cierre.close.cause"), server.GetTagItem("cierre.close.ended_by")));
            Assert.All(trace, span => Assert.NotEqual(ActivityStatusCode.Error, span.Status));
        }
    }

    [Fact]
    public async Task One_line_alone_exports_the_servers_span_in_the_callers_trace()
    {
        Spans spans = [];
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddCierreInstrumentation().AddInMemoryExporter(spans).Build();
        await using Site site = await Site.EchoAsync("/traces/alone");
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using (new Activity("caller").SetParentId($"00-{Trace}-00f067aa0ba902b7-01").Start()) await site.TalkAsync();
        Activity[] trace = await spans.OfAsync(ActivityTraceId.CreateFromString(Trace), 2);
        Assert.Equal([ActivityKind.Client, ActivityKind.Server], trace.OrderByDescending(s => s.Kind).Select(s => s.Kind));
    }

    [Fact]
    public async Task Both_sides_of_a_gateway_and_its_upstream_are_one_trace()
    {
        Spans spans = [];
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(Caller.Name).AddAspNetCoreInstrumentation().AddCierreInstrumentation().AddInMemoryExporter(spans).Build();
        await using Site upstream = await Site.EchoAsync("/traces/upstream");
        await using Site gateway = await Site.StartAsync("/traces/gateway", app => app.MapWebSocketGateway("/traces/gateway", upstream.Url));
        using Activity caller = Caller.StartActivity("caller")!;
        await gateway.TalkAsync();
        Activity[] trace = await spans.OfAsync(caller.TraceId, 6);
        Activity front = trace.Single(s => s.DisplayName == "WebSocket /traces/gateway"), back = trace.Single(s => s.DisplayName == "WebSocket" && s.ParentSpanId == front.SpanId);
        Activity far = trace.Single(s => s.DisplayName == "WebSocket /traces/upstream"), request = trace.Single(s => s.SpanId == far.ParentSpanId);
        Assert.Equal(upstream.Url.Port, back.GetTagItem("server.port"));
        Assert.Equal("Microsoft.AspNetCore", request.Source.Name);
        Assert.True(request.HasRemoteParent);
    }

    [Fact]
    public async Task Opening_that_fails_is_a_span_that_says_why()
    {
        Spans spans = [];
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(Caller.Name).AddCierreInstrumentation().AddInMemoryExporter(spans).Build();
        await using Site site = await Site.EchoAsync("/traces/refused");
        using Activity caller = Caller.StartActivity("caller")!;
        var foreign = new WebSocketClientOptions { Headers = { new("Origin", "https://elsewhere.example") } };
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(site.Url, foreign).WaitAsync(Waits.Bound));
        Activity client = (await spans.OfAsync(caller.TraceId, 2)).Single(s => s.Kind == ActivityKind.Client);
        Assert.Equal((ActivityStatusCode.Error, failed.Record.Detail), (client.Status, client.StatusDescription));
        Assert.Equal(("http-status", 403, "refused"), (client.GetTagItem("error.type"), client.GetTagItem("http.response.status_code"), client.GetTagItem("cierre.handshake.outcome")));
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task Span_is_current_in_the_handler()
    {
        Spans spans = [];
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(Caller.Name).AddCierreInstrumentation().AddInMemoryExporter(spans).Build();
        var inside = new TaskCompletionSource<ActivitySpanId>();
        await using Site site = await Site.StartAsync("/traces/current", app => app.MapWebSocket("/traces/current", async connection =>
        {
            inside.SetResult(Activity.Current!.SpanId);
            await connection.Closed;
        }));
        using Activity caller = Caller.StartActivity("caller")!;
        await using (await WebSocketConnection.ConnectAsync(site.Url).WaitAsync(Waits.Bound)) await inside.Task.WaitAsync(Waits.Bound);
        Activity server = (await spans.OfAsync(caller.TraceId, 2)).Single(s => s.Kind == ActivityKind.Server);
        Assert.Equal(await inside.Task, server.SpanId);
    }
}
