using System.Runtime.CompilerServices;
using Xunit;

namespace Cierre.Browser.Tests.Events;

/// <summary>What a signal holds that outlives the targets it was given to. That it removes listeners is told in EventTargetTests.</summary>
public sealed class SignalHoldTests
{
    [Fact]
    public void Signal_keeps_neither_target_nor_listener_alive()
    {
        using var source = new CancellationTokenSource();
        (WeakReference target, WeakReference listener) = Add(source.Token);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(target.IsAlive);
        Assert.False(listener.IsAlive);
        source.Cancel();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference, WeakReference) Add(CancellationToken signal)
    {
        var target = new EventTarget();
        var seen = new List<Event>();
        Action<Event> listener = seen.Add;
        target.AddEventListener("x", listener, new AddEventListenerOptions { Signal = signal });
        target.DispatchEvent(new Event("x"));
        Assert.Single(seen);
        return (new WeakReference(target), new WeakReference(listener));
    }
}
