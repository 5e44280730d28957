using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>HTML 9.1.</summary>
public sealed class MessageEventTests
{
    [Fact]
    public void Constructor_has_the_standards_defaults()
    {
        var e = new MessageEvent("message");
        Assert.Equal((null, "", "", null), (e.Data, e.Origin, e.LastEventId, e.Source));
        Assert.Empty(e.Ports);
    }

    [Fact]
    public void Constructor_takes_what_it_is_given()
    {
        object source = new(), port = new();
        var e = new MessageEvent("x", new MessageEventInit { Data = 7, Origin = "ws://a\uD800", LastEventId = "3", Source = source, Ports = [port], Cancelable = true });
        Assert.Equal((7, "ws://a\uFFFD", "3", source, true), (e.Data, e.Origin, e.LastEventId, e.Source, e.Cancelable));
        Assert.Equal([port], e.Ports);
        Assert.Throws<ArgumentNullException>(() => new MessageEvent("x", new MessageEventInit { Origin = null! }));
        Assert.Throws<ArgumentNullException>(() => new MessageEvent("x", new MessageEventInit { LastEventId = null! }));
        Assert.Throws<ArgumentNullException>(() => new MessageEvent("x", new MessageEventInit { Ports = null! }));
    }

#pragma warning disable CS0618
    [Fact]
    public void InitMessageEvent_initializes_anew_but_not_during_a_dispatch()
    {
        var target = new EventTarget();
        var e = new MessageEvent("x", new MessageEventInit { Data = "old" });
        target.AddEventListener<MessageEvent>("x", seen => seen.InitMessageEvent("y", data: "no"));
        target.DispatchEvent(e);
        Assert.Equal(("x", "old"), (e.Type, e.Data));
        object source = new();
        e.InitMessageEvent("y", true, true, "new", "o", "id", source, [source]);
        Assert.Equal(("y", true, true, "new", "o", "id", source, null), (e.Type, e.Bubbles, e.Cancelable, e.Data, e.Origin, e.LastEventId, e.Source, e.Target));
        Assert.Equal([source], e.Ports);
        e.InitMessageEvent("z");
        Assert.Equal((null, ""), (e.Data, e.Origin));
        Assert.Empty(e.Ports);
    }
#pragma warning restore CS0618
}
