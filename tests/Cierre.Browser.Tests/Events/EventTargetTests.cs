using Xunit;

namespace Cierre.Browser.Tests.Events;

/// <summary>DOM 2.7, addEventListener and removeEventListener.</summary>
public sealed class EventTargetTests
{
    private readonly EventTarget _target = new();
    private readonly List<string> _calls = [];

    private void First(Event e) => _calls.Add("first");

    private void Second(Event e) => _calls.Add("second");

    private void Typed(CloseEvent e) => _calls.Add($"typed {e.Code}");

    [Fact]
    public void Same_type_callback_and_capture_are_added_once()
    {
        // Two delegates of one method and target are equal, as one function is in JavaScript.
        _target.AddEventListener("x", First);
        _target.AddEventListener("x", First, new AddEventListenerOptions { Once = true, Passive = true });
        _target.AddEventListener("x", First, new AddEventListenerOptions { Capture = true });
        _target.AddEventListener("y", First);
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["first", "first"], _calls);
    }

    [Fact]
    public void Listener_that_is_there_keeps_its_place_and_options()
    {
        _target.AddEventListener("x", First);
        _target.AddEventListener("x", Second);
        _target.AddEventListener("x", First, new AddEventListenerOptions { Once = true });
        _target.DispatchEvent(new Event("x"));
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["first", "second", "first", "second"], _calls);
    }

    [Fact]
    public void Null_listener_is_ignored()
    {
        _target.AddEventListener("x", null);
        _target.AddEventListener<CloseEvent>("x", null);
        _target.RemoveEventListener("x", null);
        _target.RemoveEventListener<CloseEvent>("x", null);
        Assert.False(_target.HasListener("x"));
        Assert.True(_target.DispatchEvent(new Event("x")));
    }

    [Fact]
    public void Null_type_and_event_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => _target.AddEventListener(null!, First));
        Assert.Throws<ArgumentNullException>(() => _target.RemoveEventListener(null!, First));
        Assert.Throws<ArgumentNullException>(() => _target.DispatchEvent(null!));
    }

    [Fact]
    public void Removal_needs_the_same_type_callback_and_capture()
    {
        _target.AddEventListener("x", First, new AddEventListenerOptions { Capture = true });
        _target.RemoveEventListener("x", First);
        _target.RemoveEventListener("x", Second, capture: true);
        _target.RemoveEventListener("y", First, capture: true);
        Assert.True(_target.HasListener("x"));
        _target.RemoveEventListener("x", First, capture: true);
        Assert.False(_target.HasListener("x"));
        _target.DispatchEvent(new Event("x"));
        Assert.Empty(_calls);
    }

    [Fact]
    public void Typed_listener_gets_its_class_without_a_cast_and_no_other()
    {
        _target.AddEventListener<CloseEvent>("close", Typed);
        _target.AddEventListener("close", (CloseEvent e) => _calls.Add($"lambda {e.Code}"));
        _target.DispatchEvent(new Event("close"));
        _target.DispatchEvent(new CloseEvent("close", new CloseEventInit { Code = 4001 }));
        Assert.Equal(["typed 4001", "lambda 4001"], _calls);
        _calls.Clear();
        _target.RemoveEventListener<CloseEvent>("close", Typed);
        _target.DispatchEvent(new CloseEvent("close"));
        Assert.Equal(["lambda 0"], _calls);
    }

    [Fact]
    public void Event_of_another_class_does_not_use_a_typed_listener_up()
    {
        _target.AddEventListener<CloseEvent>("close", Typed, new AddEventListenerOptions { Once = true });
        _target.DispatchEvent(new Event("close"));
        _target.DispatchEvent(new CloseEvent("close"));
        _target.DispatchEvent(new CloseEvent("close"));
        Assert.Equal(["typed 0"], _calls);
    }

    [Fact]
    public void Cancelled_signal_adds_nothing()
    {
        _target.AddEventListener("x", First, new AddEventListenerOptions { Signal = new CancellationToken(canceled: true) });
        Assert.False(_target.HasListener("x"));
    }

    [Fact]
    public void Signal_removes_the_listener()
    {
        using var source = new CancellationTokenSource();
        _target.AddEventListener("x", First, new AddEventListenerOptions { Signal = source.Token });
        _target.DispatchEvent(new Event("x"));
        source.Cancel();
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["first"], _calls);
        Assert.False(_target.HasListener("x"));
    }

    [Fact]
    public void Signal_of_a_removed_listener_does_not_touch_the_one_that_was_added_again()
    {
        using var source = new CancellationTokenSource();
        _target.AddEventListener("x", First, new AddEventListenerOptions { Signal = source.Token });
        _target.RemoveEventListener("x", First);
        _target.AddEventListener("x", First);
        source.Cancel();
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["first"], _calls);
    }

    [Fact]
    public void Targets_of_ones_own_derive_from_it()
    {
        var own = new Door();
        own.AddEventListener("opened", e => _calls.Add($"{((Door)e.Target!).Name}"));
        own.Open();
        Assert.Equal(["front"], _calls);
    }

    [Fact]
    public void Listeners_may_come_and_go_on_any_thread()
    {
        int calls = 0;
        _target.AddEventListener("x", _ => Interlocked.Increment(ref calls));
        Parallel.For(0, 200, i =>
        {
            Action<Event> own = _ => { };
            _target.AddEventListener("x", own);
            _target.DispatchEvent(new Event("x"));
            _target.RemoveEventListener("x", own);
        });
        Assert.Equal(200, calls);
    }

    private sealed class Door : EventTarget
    {
        public string Name { get; } = "front";

        public void Open() => DispatchEvent(new Event("opened"));
    }
}
