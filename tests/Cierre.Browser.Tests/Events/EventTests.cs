using Xunit;

namespace Cierre.Browser.Tests.Events;

/// <summary>DOM 2.2.</summary>
public sealed class EventTests
{
    private readonly EventTarget _target = new();

    [Fact]
    public void Constructor_sets_what_it_is_given_and_nothing_else()
    {
        var plain = new Event("x");
        Assert.Equal(("x", false, false, false), (plain.Type, plain.Bubbles, plain.Cancelable, plain.Composed));
        Assert.Equal((null, null, Event.None, false, false), (plain.Target, plain.CurrentTarget, plain.EventPhase, plain.DefaultPrevented, plain.IsTrusted));
        Assert.Empty(plain.ComposedPath());
        var full = new Event("", new EventInit { Bubbles = true, Cancelable = true, Composed = true });
        Assert.Equal(("", true, true, true), (full.Type, full.Bubbles, full.Cancelable, full.Composed));
        Assert.Throws<ArgumentNullException>(() => new Event(null!));
    }

    [Fact]
    public void Time_stamp_counts_milliseconds_and_never_goes_back()
    {
        double last = 0;
        for (int i = 0; i < 1000; i++)
        {
            double now = new Event("x").TimeStamp;
            Assert.True(now >= last);
            last = now;
        }

        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        double first = new Event("x").TimeStamp;
        SpinWait.SpinUntil(() => System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalMilliseconds >= 3);
        double second = new Event("x").TimeStamp;
        Assert.InRange(second - first, 2, System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalMilliseconds + 1);
    }

    [Fact]
    public void During_a_dispatch_the_event_says_where_it_is()
    {
        var e = new Event("x");
        bool called = false;
        _target.AddEventListener("x", seen =>
        {
            called = true;
            Assert.Same(e, seen);
            Assert.Equal((_target, _target, Event.AtTarget), (e.Target, e.CurrentTarget, e.EventPhase));
            Assert.Equal([_target], e.ComposedPath());
        });
        _target.DispatchEvent(e);
        Assert.True(called);
        // The target stays; the rest is as before.
        Assert.Equal((_target, null, Event.None), (e.Target, e.CurrentTarget, e.EventPhase));
        Assert.Empty(e.ComposedPath());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void PreventDefault_cancels_only_what_is_cancelable(bool cancelable, bool cancelled)
    {
        var e = new Event("x", new EventInit { Cancelable = cancelable });
        e.PreventDefault();
        Assert.Equal(cancelled, e.DefaultPrevented);
    }

#pragma warning disable CS0618 // The deprecated members still do what they did.
    [Fact]
    public void ReturnValue_false_cancels_and_true_does_nothing()
    {
        var e = new Event("x", new EventInit { Cancelable = true });
        Assert.True(e.ReturnValue);
        e.ReturnValue = true;
        Assert.False(e.DefaultPrevented);
        e.ReturnValue = false;
        Assert.True(e.DefaultPrevented);
        e.ReturnValue = true;
        Assert.False(e.ReturnValue);
    }

    [Fact]
    public void CancelBubble_true_stops_and_false_does_nothing()
    {
        var e = new Event("x");
        e.CancelBubble = false;
        Assert.False(e.CancelBubble);
        e.CancelBubble = true;
        e.CancelBubble = false;
        Assert.True(e.CancelBubble);
        // The flag is cleared by a dispatch, which it stops.
        bool called = false;
        _target.AddEventListener("x", _ => called = true);
        _target.DispatchEvent(e);
        Assert.False(called);
        Assert.False(e.CancelBubble);
    }

    [Fact]
    public void SrcElement_is_the_target()
    {
        var e = new Event("x");
        Assert.Null(e.SrcElement);
        _target.DispatchEvent(e);
        Assert.Same(_target, e.SrcElement);
    }

    [Fact]
    public void InitEvent_initializes_anew()
    {
        var e = new Event("x", new EventInit { Cancelable = true, Composed = true });
        _target.AddEventListener("x", seen => seen.PreventDefault());
        _target.Dispatch(e, trusted: true);
        Assert.Equal((true, true, _target), (e.IsTrusted, e.DefaultPrevented, e.Target));
        e.StopImmediatePropagation();

        e.InitEvent("y", bubbles: true);
        Assert.Equal(("y", true, false), (e.Type, e.Bubbles, e.Cancelable));
        Assert.Equal((false, false, null), (e.IsTrusted, e.DefaultPrevented, e.Target));
        Assert.True(e.Composed);
        bool called = false;
        _target.AddEventListener("y", _ => called = true);
        _target.DispatchEvent(e);
        Assert.True(called);
        Assert.Throws<ArgumentNullException>(() => e.InitEvent(null!));
    }

    [Fact]
    public void InitEvent_does_nothing_during_a_dispatch()
    {
        var e = new Event("x", new EventInit { Cancelable = true });
        _target.AddEventListener("x", seen => seen.InitEvent("y", bubbles: true));
        _target.DispatchEvent(e);
        Assert.Equal(("x", false, true, _target), (e.Type, e.Bubbles, e.Cancelable, e.Target));
    }
#pragma warning restore CS0618
}
