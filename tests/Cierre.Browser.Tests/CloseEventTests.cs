using System.Globalization;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 6, and initCloseEvent, which the page about CloseEvent still names.</summary>
public sealed class CloseEventTests
{
    [Fact]
    public void Constructor_has_the_standards_defaults()
    {
        var e = new CloseEvent("close");
        Assert.Equal(("close", 0, "", false, null), (e.Type, e.Code, e.Reason, e.WasClean, e.Record));
        Assert.Equal((false, false, false), (e.Bubbles, e.Cancelable, e.IsTrusted));
    }

    [Fact]
    public void Constructor_takes_any_code_and_all_of_Event()
    {
        var e = new CloseEvent("x", new CloseEventInit { Code = 1005, Reason = "a\uD800", WasClean = true, Bubbles = true, Cancelable = true, Composed = true });
        Assert.Equal((1005, "a\uFFFD", true, true, true, true), (e.Code, e.Reason, e.WasClean, e.Bubbles, e.Cancelable, e.Composed));
        Assert.Throws<ArgumentNullException>(() => new CloseEvent("x", new CloseEventInit { Reason = null! }));
    }

#pragma warning disable CS0618
    [Fact]
    public void InitCloseEvent_initializes_anew()
    {
        var e = new CloseEvent(new CloseRecord { Code = 1001, Reason = "r", WasClean = true });
        new EventTarget().Dispatch(e, trusted: true);
        e.InitCloseEvent("y", bubbles: true, cancelable: true, wasClean: false, code: 4000, reason: "b\uDC00");
        Assert.Equal(("y", true, true, false, 4000, "b\uFFFD"), (e.Type, e.Bubbles, e.Cancelable, e.WasClean, e.Code, e.Reason));
        // The DOM's initialize: what came before counts no more.
        Assert.Equal((null, false, false, null), (e.Target, e.IsTrusted, e.DefaultPrevented, e.Record));
    }

    [Fact]
    public void InitCloseEvent_clears_the_stop_and_cancel_flags()
    {
        var target = new EventTarget();
        int calls = 0;
        target.AddEventListener("x", _ => calls++);
        var e = new CloseEvent("x", new CloseEventInit { Cancelable = true });
        e.PreventDefault();
        e.StopImmediatePropagation();
        e.InitCloseEvent("x");
        Assert.True(target.DispatchEvent(e));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void InitCloseEvent_does_nothing_during_a_dispatch()
    {
        var target = new EventTarget();
        var e = new CloseEvent("x", new CloseEventInit { Code = 1, Reason = "r", WasClean = true });
        target.AddEventListener<CloseEvent>("x", seen => seen.InitCloseEvent("y", true, true, false, 2, "s"));
        target.DispatchEvent(e);
        Assert.Equal(("x", false, false, true, 1, "r"), (e.Type, e.Bubbles, e.Cancelable, e.WasClean, e.Code, e.Reason));
    }
#pragma warning restore CS0618

    [Fact]
    public void Record_is_behind_the_event_of_a_connection_and_explains_it()
    {
        var record = new CloseRecord { Code = 1001, Reason = "restarting", WasClean = true };
        var e = new CloseEvent(record);
        Assert.Equal(("close", 1001, "restarting", true), (e.Type, e.Code, e.Reason, e.WasClean));
        Assert.Same(record, e.Record);
        Assert.Equal(record.Explain(CultureInfo.InvariantCulture), e.Explain(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Event_made_by_hand_explains_its_code() =>
        Assert.Equal(CloseCodes.Default.Explain(1013, CultureInfo.InvariantCulture), new CloseEvent("x", new CloseEventInit { Code = 1013 }).Explain(CultureInfo.InvariantCulture));
}
