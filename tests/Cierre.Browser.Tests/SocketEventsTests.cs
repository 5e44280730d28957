using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>No event is lost because a handler is set a moment late.</summary>
public sealed class SocketEventsTests
{
    private readonly SocketEvents _events = new();
    private readonly List<string> _delivered = [];

    private void Fire(SocketEvent type, string name, int size = 0)
    {
        _events.Add(type, () => new Event(name), size);
        Deliver();
    }

    private void Hear(SocketEvent type)
    {
        if (_events.Hear(type)) Deliver();
    }

    private void Deliver() => _events.Deliver(e => _delivered.Add(e.Type));

    /// <summary>Handlers are set in this order while the socket's task looks for what is heard: a close that is heard already must not overtake an open whose
    /// handler was set before.</summary>
    [Fact]
    public void Close_does_not_overtake_an_open_whose_handler_was_set_before_its_own()
    {
        const int Rounds = 200_000;
        SocketEvents? now = null;
        int round = 0;
        var setting = new Thread(() =>
        {
            for (int mine = 1; mine <= Rounds; mine++)
            {
                while (Volatile.Read(ref round) < mine) Thread.SpinWait(1);
                now!.Hear(SocketEvent.Open);
                now.Hear(SocketEvent.Close);
                Volatile.Write(ref round, -mine);
            }
        });
        setting.Start();
        List<string> wrong = [];
        for (int i = 1; i <= Rounds; i++)
        {
            var events = new SocketEvents();
            List<string> seen = [];
            events.Add(SocketEvent.Open, static () => new Event("open"));
            events.Add(SocketEvent.Close, static () => new Event("close"));
            now = events;
            Volatile.Write(ref round, i);
            while (Volatile.Read(ref round) == i) events.Deliver(one => seen.Add(one.Type));
            events.Deliver(one => seen.Add(one.Type));
            if (seen is not ["open", "close"]) wrong.Add($"{i}: {string.Join(' ', seen)}");
        }

        setting.Join();
        Assert.Empty(wrong);
    }

    [Fact]
    public void Nothing_is_delivered_without_a_listener()
    {
        Fire(SocketEvent.Open, "open");
        Fire(SocketEvent.Message, "m");
        Fire(SocketEvent.Error, "error");
        Fire(SocketEvent.Close, "close");
        Assert.Empty(_delivered);
    }

    [Fact]
    public void Kept_event_is_for_the_first_listener_of_its_type_and_later_ones_of_other_types_do_not_wait()
    {
        Fire(SocketEvent.Open, "open");
        Fire(SocketEvent.Message, "m1");
        Hear(SocketEvent.Message);
        Fire(SocketEvent.Message, "m2");
        Assert.Equal(["m1", "m2"], _delivered);
        Hear(SocketEvent.Open);
        Assert.Equal(["m1", "m2", "open"], _delivered);
    }

    [Fact]
    public void Kept_events_of_a_type_come_before_new_ones()
    {
        Fire(SocketEvent.Message, "m1");
        // The listener is there, but the task that delivers what was kept has not run yet.
        Assert.True(_events.Hear(SocketEvent.Message));
        Fire(SocketEvent.Message, "m2");
        Assert.Equal(["m1", "m2"], _delivered);
    }

    [Fact]
    public void Only_the_first_listener_of_a_type_is_news()
    {
        Assert.True(_events.Hear(SocketEvent.Close));
        Assert.False(_events.Hear(SocketEvent.Close));
        Assert.True(_events.Hear(SocketEvent.Open));
    }

    [Fact]
    public void After_close_nothing_kept_is_delivered_any_more()
    {
        Fire(SocketEvent.Open, "open");
        Fire(SocketEvent.Message, "m");
        Fire(SocketEvent.Error, "error");
        Fire(SocketEvent.Close, "close");
        Hear(SocketEvent.Error);
        Assert.Equal(["error"], _delivered);
        Hear(SocketEvent.Close);
        Hear(SocketEvent.Open);
        Hear(SocketEvent.Message);
        Fire(SocketEvent.Message, "late");
        Assert.Equal(["error", "close"], _delivered);
    }

    [Fact]
    public void Close_that_is_kept_lets_late_listeners_have_what_came_before()
    {
        Fire(SocketEvent.Open, "open");
        Fire(SocketEvent.Message, "m");
        Fire(SocketEvent.Close, "close");
        Hear(SocketEvent.Message);
        Hear(SocketEvent.Open);
        Hear(SocketEvent.Close);
        Assert.Equal(["m", "open", "close"], _delivered);
    }

    [Fact]
    public void Listener_that_a_listener_adds_gets_what_was_kept()
    {
        Fire(SocketEvent.Message, "m");
        _events.Hear(SocketEvent.Open);
        _events.Add(SocketEvent.Open, () => new Event("open"));
        _events.Deliver(e =>
        {
            _delivered.Add(e.Type);
            _events.Hear(SocketEvent.Message);
        });
        Assert.Equal(["open", "m"], _delivered);
    }

    [Fact]
    public void Messages_are_kept_up_to_64()
    {
        for (int i = 0; i < 70; i++) Fire(SocketEvent.Message, $"m{i}");
        Hear(SocketEvent.Message);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"m{i}"), _delivered);
        Fire(SocketEvent.Message, "new");
        Assert.Equal("new", _delivered[^1]);
    }

    [Fact]
    public void Messages_are_kept_up_to_64_KiB_and_none_behind_a_gap()
    {
        Fire(SocketEvent.Message, "a", 32 * 1024);
        Fire(SocketEvent.Message, "b", 32 * 1024);
        Fire(SocketEvent.Message, "c", 1);
        Fire(SocketEvent.Message, "d", 0);
        Hear(SocketEvent.Message);
        Assert.Equal(["a", "b"], _delivered);
    }

    [Fact]
    public void First_message_is_kept_whatever_its_size()
    {
        Fire(SocketEvent.Message, "large", 1024 * 1024);
        Fire(SocketEvent.Message, "next", 1);
        Hear(SocketEvent.Message);
        Assert.Equal(["large"], _delivered);
    }

    [Fact]
    public void Event_is_made_when_it_is_delivered()
    {
        int made = 0;
        _events.Add(SocketEvent.Message, () => new Event($"made {++made}"));
        Deliver();
        Assert.Equal(0, made);
        Hear(SocketEvent.Message);
        Assert.Equal(1, made);
    }

    [Theory]
    [InlineData("open", SocketEvent.Open)]
    [InlineData("message", SocketEvent.Message)]
    [InlineData("error", SocketEvent.Error)]
    [InlineData("close", SocketEvent.Close)]
    [InlineData("Close", null)]
    [InlineData("own", null)]
    public void Types_have_their_names(string name, object? type) => Assert.Equal((SocketEvent?)type, SocketEvents.TypeOf(name));
}
