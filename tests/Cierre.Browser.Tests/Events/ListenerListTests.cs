using Cierre.Browser.Events;
using Xunit;

namespace Cierre.Browser.Tests.Events;

public sealed class ListenerListTests
{
    private readonly ListenerList _list = new();

    private static Listener Make(Action<Event> key, string type = "x", bool capture = false) =>
        new(type, key, key, static _ => true, new AddEventListenerOptions { Capture = capture });

    [Fact]
    public void Equal_listeners_are_there_once()
    {
        Action<Event> f = _ => { };
        Assert.True(_list.TryAdd(Make(f)));
        Assert.False(_list.TryAdd(Make(f)));
        Assert.True(_list.TryAdd(Make(f, capture: true)));
        Assert.True(_list.TryAdd(Make(f, "y")));
        Assert.Equal(3, _list.Snapshot().Length);
        Assert.True(_list.Any("y"));
        Assert.False(_list.Any("z"));
    }

    [Fact]
    public void Snapshot_keeps_what_is_removed_and_the_listener_says_so()
    {
        Listener first = Make(_ => { });
        _list.TryAdd(first);
        ReadOnlySpan<Listener> snapshot = _list.Snapshot();
        Assert.True(_list.Remove(first));
        Assert.False(_list.Remove(first));
        Assert.Same(first, snapshot[0]);
        Assert.True(first.IsRemoved);
        Assert.Null(_list.Find("x", first.Key, capture: false));
    }
}
