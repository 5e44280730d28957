using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>HTML 8.1.8.1: the place of an event handler among the listeners.</summary>
public sealed class HandlerAttributesTests
{
    private readonly EventTarget _target = new();
    private readonly HandlerAttribute<Event> _handler;
    private readonly List<string> _calls = [];

    public HandlerAttributesTests() => _handler = new HandlerAttribute<Event>(_target, "x");

    private Action<Event> Note(string name) => _ => _calls.Add(name);

    private string[] Dispatch()
    {
        _calls.Clear();
        _target.DispatchEvent(new Event("x"));
        return [.. _calls];
    }

    [Fact]
    public void Handler_takes_its_place_when_it_is_first_set()
    {
        _target.AddEventListener("x", Note("one"));
        _handler.Value = Note("handler");
        _target.AddEventListener("x", Note("two"));
        Assert.Equal(["one", "handler", "two"], Dispatch());
    }

    [Fact]
    public void Replacing_keeps_the_place()
    {
        _handler.Value = Note("first");
        _target.AddEventListener("x", Note("listener"));
        _handler.Value = Note("second");
        Assert.Equal(["second", "listener"], Dispatch());
    }

    [Fact]
    public void Null_removes_and_set_again_goes_to_the_end()
    {
        _handler.Value = Note("handler");
        _target.AddEventListener("x", Note("listener"));
        _handler.Value = null;
        Assert.Null(_handler.Value);
        Assert.Equal(["listener"], Dispatch());
        _handler.Value = Note("handler");
        Assert.Equal(["listener", "handler"], Dispatch());
    }

    [Fact]
    public void Null_before_anything_was_set_takes_no_place()
    {
        _handler.Value = null;
        Assert.False(_target.HasListener("x"));
    }

    [Fact]
    public void Handler_is_not_a_listener_that_could_be_removed_or_added_once_more()
    {
        Action<Event> f = Note("f");
        _handler.Value = f;
        _target.AddEventListener("x", f);
        Assert.Equal(["f", "f"], Dispatch());
        _target.RemoveEventListener("x", f);
        Assert.Equal(["f"], Dispatch());
        Assert.Same(f, _handler.Value);
    }

    [Fact]
    public void Handler_replaced_during_the_dispatch_is_the_one_that_runs()
    {
        _target.AddEventListener("x", _ => _handler.Value = Note("new"));
        _handler.Value = Note("old");
        Assert.Equal(["new"], Dispatch());
    }

    [Fact]
    public void Handler_set_to_null_during_the_dispatch_does_not_run()
    {
        _target.AddEventListener("x", _ => _handler.Value = null);
        _handler.Value = Note("old");
        Assert.Empty(Dispatch());
    }

    [Fact]
    public void Handler_of_another_event_class_is_not_called()
    {
        var typed = new HandlerAttribute<CloseEvent>(_target, "x") { Value = Note("typed") };
        Assert.Empty(Dispatch());
        _target.DispatchEvent(new CloseEvent("x"));
        Assert.Equal(["typed"], _calls);
        Assert.NotNull(typed.Value);
    }
}
