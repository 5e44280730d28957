using System.Diagnostics;
using Cierre.Telemetry;
using Cierre.TestKit;

namespace Cierre.Tests.Telemetry;

public sealed class CierreActivitiesTests
{
    private const string Watched = "Cierre.Tests.Watched", Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void Server_span_is_inside_of_a_request_that_somebody_watches()
    {
        using var probe = new SpanProbe(CierreTelemetry.ActivitySourceName, Watched);
        using var source = new ActivitySource(Watched);
        using Activity request = source.StartActivity("request", ActivityKind.Server)!;
        using Activity span = Start("/inside")!;
        Assert.Equal((request.TraceId, request.SpanId, ActivityKind.Internal), (span.TraceId, span.ParentSpanId, span.Kind));
        Assert.Same(span, Activity.Current);
    }

    [Fact]
    public void Server_span_is_the_entry_below_the_peers_where_nobody_watches_requests()
    {
        using var probe = new SpanProbe(CierreTelemetry.ActivitySourceName);
        using Activity request = new Activity("for the log only").SetParentId(Parent).Start();
        using Activity span = Start("/entry", ActivityContext.TryParse(Parent, null, isRemote: true, out ActivityContext caller) ? caller : default)!;
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", ActivityKind.Server, true), (span.TraceId.ToString(), span.ParentSpanId.ToString(), span.Kind, span.HasRemoteParent));
    }

    [Fact]
    public void Server_span_is_a_root_where_the_peer_names_none()
    {
        using var probe = new SpanProbe(CierreTelemetry.ActivitySourceName);
        using Activity request = new Activity("for the log only").Start();
        using Activity span = Start("/root")!;
        Assert.Equal((default, ActivityKind.Server), (span.ParentSpanId, span.Kind));
        Assert.NotEqual(request.TraceId, span.TraceId);
    }

    [Fact]
    public void End_leaves_current_what_was()
    {
        using var probe = new SpanProbe(CierreTelemetry.ActivitySourceName);
        Activity span = Start("/current")!;
        using var other = new Activity("what else runs here").Start();
        CierreActivities.Ended(span, TimeSpan.FromSeconds(1), new CloseRecord(), isClient: false);
        Assert.Same(other, Activity.Current);
        Assert.Single(probe.With("http.route", "/current"));
    }

    [Fact]
    public void Exception_of_a_handler_is_an_event_of_its_span()
    {
        using var probe = new SpanProbe(CierreTelemetry.ActivitySourceName);
        var record = new CloseRecord { Why = new(CloseCause.HandlerFailed, new("HandlerFailed"), new FormatException("the handler's own")) };
        CierreActivities.Ended(Start("/threw")!, TimeSpan.Zero, record, isClient: false);
        Activity span = Assert.Single(probe.With("http.route", "/threw"));
        Assert.Equal((ActivityStatusCode.Error, "handler-failed", record.Detail), (span.Status, span.GetTagItem("error.type"), span.StatusDescription));
        Assert.Equal("System.FormatException", span.Events.Single(e => e.Name == "exception").Tags.Single(tag => tag.Key == "exception.type").Value);
    }

    private static Activity? Start(string route, ActivityContext caller = default) => CierreActivities.StartServer(ConnectionGroup.OfServer(route), route, "ws", route, TimeProvider.System, caller);
}
