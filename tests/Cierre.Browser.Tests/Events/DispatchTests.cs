using System.Reflection;
using Xunit;

namespace Cierre.Browser.Tests.Events;

/// <summary>DOM 2.9, dispatching events, for a target without parents.</summary>
[Collection(nameof(DispatchTests))]
public sealed class DispatchTests
{
    private static readonly AddEventListenerOptions Capture = new() { Capture = true };

    private readonly EventTarget _target = new();
    private readonly List<string> _calls = [];

    private Action<Event> Note(string name) => _ => _calls.Add(name);

    [Fact]
    public void Capture_listeners_run_first_and_all_are_at_the_target()
    {
        _target.AddEventListener("x", e => _calls.Add($"a{e.EventPhase}"));
        _target.AddEventListener("x", e => _calls.Add($"b{e.EventPhase}"), Capture);
        _target.AddEventListener("x", e => _calls.Add($"c{e.EventPhase}"));
        _target.AddEventListener("x", e => _calls.Add($"d{e.EventPhase}"), Capture);
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["b2", "d2", "a2", "c2"], _calls);
    }

    [Fact]
    public void Types_are_compared_with_case()
    {
        _target.AddEventListener("x", Note("x"));
        _target.DispatchEvent(new Event("X"));
        Assert.Empty(_calls);
    }

    [Fact]
    public void Event_that_is_being_dispatched_is_an_InvalidStateError()
    {
        DomException? thrown = null;
        _target.AddEventListener("x", e => thrown = Assert.Throws<DomException>(() => new EventTarget().DispatchEvent(e)));
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(("InvalidStateError", 11), (thrown!.Name, thrown.Code));
    }

    /// <summary>Asking and beginning are one step, so that two threads cannot both begin.</summary>
    [Fact]
    public void Dispatch_that_has_begun_cannot_begin_again_except_for_an_event_of_ours()
    {
        var e = new Event("x");
        Assert.True(e.BeginDispatch(_target, trusted: false));
        var other = new EventTarget();
        Assert.False(e.BeginDispatch(other, trusted: false));
        Assert.Same(_target, e.Target);
        Assert.True(e.BeginDispatch(other, trusted: true));
        Assert.Equal((other, true), (e.Target, e.IsTrusted));
    }

    [Fact]
    public void Event_can_be_dispatched_again_and_elsewhere()
    {
        var e = new Event("x");
        _target.AddEventListener("x", Note("x"));
        _target.DispatchEvent(e);
        _target.DispatchEvent(e);
        var other = new EventTarget();
        other.DispatchEvent(e);
        Assert.Equal(["x", "x"], _calls);
        Assert.Same(other, e.Target);
    }

    [Fact]
    public void Dispatch_by_hand_is_not_trusted()
    {
        var e = new Event("x");
        bool? trusted = null;
        _target.AddEventListener("x", seen => trusted = seen.IsTrusted);
        _target.Dispatch(e, trusted: true);
        Assert.True(trusted);
        _target.DispatchEvent(e);
        Assert.False(trusted);
        Assert.False(e.IsTrusted);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    public void Returns_false_when_a_listener_cancelled(bool cancelable, bool passive, bool expected)
    {
        _target.AddEventListener("x", e => e.PreventDefault(), new AddEventListenerOptions { Passive = passive });
        _target.AddEventListener("x", Note("after"));
        var e = new Event("x", new EventInit { Cancelable = cancelable });
        Assert.Equal(expected, _target.DispatchEvent(e));
        Assert.Equal(expected, !e.DefaultPrevented);
        Assert.Equal(["after"], _calls);
    }

    [Fact]
    public void Passive_ends_with_its_listener()
    {
        _target.AddEventListener("x", _ => { }, new AddEventListenerOptions { Passive = true });
        _target.AddEventListener("x", e => e.PreventDefault());
        Assert.False(_target.DispatchEvent(new Event("x", new EventInit { Cancelable = true })));
    }

    [Fact]
    public void StopPropagation_in_a_capture_listener_leaves_out_the_others_that_do_not_capture()
    {
        _target.AddEventListener("x", e => e.StopPropagation(), Capture);
        _target.AddEventListener("x", Note("capture"), Capture);
        _target.AddEventListener("x", Note("other"));
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["capture"], _calls);
    }

    [Fact]
    public void StopImmediatePropagation_stops_at_once_and_for_this_dispatch_only()
    {
        var e = new Event("x");
        _target.AddEventListener("x", seen => seen.StopImmediatePropagation(), new AddEventListenerOptions { Once = true });
        _target.AddEventListener("x", Note("after"));
        _target.DispatchEvent(e);
        Assert.Empty(_calls);
        _target.DispatchEvent(e);
        Assert.Equal(["after"], _calls);
    }

    [Fact]
    public void Once_is_removed_before_its_call()
    {
        int depth = 0;
        _target.AddEventListener("x", _ =>
        {
            depth++;
            Assert.False(_target.HasListener("x"));
            _target.DispatchEvent(new Event("x"));
        }, new AddEventListenerOptions { Once = true });
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(1, depth);
    }

    /// <summary>Two threads that dispatch at once have the listener in both their copies of the list: the one that removes it calls it.</summary>
    [Fact]
    public void Once_is_called_once_by_two_threads_that_dispatch_at_once()
    {
        int calls = 0;
        _target.AddEventListener("x", _ => Interlocked.Increment(ref calls), new AddEventListenerOptions { Once = true });
        WhileTheListIsHeld(() => _target.DispatchEvent(new Event("x")), () => _target.DispatchEvent(new Event("x")));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Once_that_another_thread_removes_first_is_not_called()
    {
        using var source = new CancellationTokenSource();
        Action<Event> removed = Note("removed");
        _target.AddEventListener("x", removed, new AddEventListenerOptions { Once = true });
        _target.AddEventListener("x", Note("aborted"), new AddEventListenerOptions { Once = true, Signal = source.Token });
        // Both are taken away while the dispatch waits to take the first away itself.
        WhileTheListIsHeld(() => _target.DispatchEvent(new Event("x")), inside: () =>
        {
            _target.RemoveEventListener("x", removed);
            source.Cancel();
        });
        Assert.Empty(_calls);
    }

    [Fact]
    public void Listener_removed_during_the_dispatch_does_not_run()
    {
        Action<Event> second = Note("second");
        _target.AddEventListener("x", _ => _target.RemoveEventListener("x", second));
        _target.AddEventListener("x", second);
        _target.DispatchEvent(new Event("x"));
        Assert.Empty(_calls);
    }

    [Fact]
    public void Listener_whose_signal_fires_during_the_dispatch_does_not_run()
    {
        using var source = new CancellationTokenSource();
        _target.AddEventListener("x", _ => source.Cancel());
        _target.AddEventListener("x", Note("second"), new AddEventListenerOptions { Signal = source.Token });
        _target.DispatchEvent(new Event("x"));
        Assert.Empty(_calls);
    }

    [Fact]
    public void Listener_added_during_the_dispatch_waits_for_the_next_list()
    {
        _target.AddEventListener("x", _ => _target.AddEventListener("x", Note("late")), new AddEventListenerOptions { Once = true });
        // The lists are cloned one after the other: what a capture listener adds is in the second.
        _target.AddEventListener("x", _ => _target.AddEventListener("x", Note("added in capture")), new AddEventListenerOptions { Once = true, Capture = true });
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["added in capture"], _calls);
        _target.DispatchEvent(new Event("x"));
        Assert.Equal(["added in capture", "added in capture", "late"], _calls);
    }

    /// <summary>Runs each on a thread of its own, until all of them wait for the list of listeners; then lets them go on.</summary>
    /// <param name="inside">What this thread does before, which may change the list.</param>
    private void WhileTheListIsHeld(Action first, Action? second = null, Action? inside = null)
    {
        object list = Field(_target, "_listeners");
        var gate = (Lock)Field(list, "_gate");
        Thread[] threads = [.. new[] { first, second }.OfType<Action>().Select(action => new Thread(() => action()) { IsBackground = true })];
        lock (gate)
        {
            foreach (Thread thread in threads) thread.Start();
            Assert.True(SpinWait.SpinUntil(() => threads.All(thread => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)), TimeSpan.FromSeconds(30)));
            inside?.Invoke();
        }

        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(30))));

        static object Field(object owner, string name) =>
            owner.GetType().GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(owner)!;
    }

    [Fact]
    public void Listener_that_throws_is_reported_and_the_rest_still_run()
    {
        var failure = new InvalidOperationException("mine");
        List<(object?, Event, Exception)> reported = [], toAnother = [];
        var e = new Event("x", new EventInit { Cancelable = true });
        EventHandler<UnhandledListenerExceptionEventArgs> hear = (sender, args) => reported.Add((sender, args.Event, args.Exception));
        EventHandler<UnhandledListenerExceptionEventArgs> hearToo = (sender, args) => toAnother.Add((sender, args.Event, args.Exception));
        EventTarget.UnhandledListenerException += hear;
        EventTarget.UnhandledListenerException += hearToo;
        try
        {
            _target.AddEventListener("x", _ => throw failure, new AddEventListenerOptions { Passive = true });
            _target.AddEventListener("x", seen => seen.PreventDefault());
            Assert.False(_target.DispatchEvent(e));
        }
        finally
        {
            EventTarget.UnhandledListenerException -= hear;
            EventTarget.UnhandledListenerException -= hearToo;
        }

        Assert.Equal([(_target, e, failure)], reported);
        Assert.Equal(reported, toAnother);
    }

    [Fact]
    public void Where_nobody_subscribed_standard_error_has_it()
    {
        TextWriter usual = Console.Error;
        using var errors = new StringWriter();
        Console.SetError(errors);
        try
        {
            _target.AddEventListener("x", _ => throw new InvalidOperationException("mine"));
            Assert.True(_target.DispatchEvent(new Event("x")));
        }
        finally
        {
            Console.SetError(usual);
        }

        Assert.StartsWith("Uncaught in a listener of 'x': System.InvalidOperationException: mine", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_that_throws_reaches_the_caller_and_ends_the_dispatch_in_order()
    {
        var e = new Event("x");
        EventHandler<UnhandledListenerExceptionEventArgs> fail = (_, args) => throw args.Exception;
        EventTarget.UnhandledListenerException += fail;
        try
        {
            _target.AddEventListener("x", _ => throw new InvalidOperationException());
            Assert.Throws<InvalidOperationException>(() => _target.DispatchEvent(e));
        }
        finally
        {
            EventTarget.UnhandledListenerException -= fail;
        }

        Assert.Equal((Event.None, null), (e.EventPhase, e.CurrentTarget));
    }
}

/// <summary>What these tests set counts for the whole process.</summary>
[CollectionDefinition(nameof(DispatchTests), DisableParallelization = true)]
public sealed class DispatchTestsAlone;
