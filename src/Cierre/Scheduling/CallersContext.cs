using System.Threading.Tasks.Sources;

namespace Cierre.Scheduling;

/// <summary>The context in which code goes on that awaits one of our value tasks. It is the application's own, so it is called on the pool, never under a lock of ours, and it may throw.</summary>
/// <remarks>Where it refuses, as that of a window that is gone does, the code goes on on the pool: whoever awaits comes to an end.</remarks>
internal sealed class CallersContext
{
    /// <summary>To be registered in place of what the caller registered, with this object as its state.</summary>
    public static readonly Action<object?> GoOn = static context => ((CallersContext)context!).Post();

    private readonly object _context;
    private readonly Action<object?> _continuation;
    private readonly object? _state;

    private CallersContext(object context, Action<object?> continuation, object? state) => (_context, _continuation, _state) = (context, continuation, state);

    /// <summary>Null where the code goes on on the pool, or in a simulation, which carries our own work too and keeps its order.</summary>
    public static CallersContext? Of(Action<object?> continuation, object? state)
    {
        if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
        {
            return context is SimulationContext ? null : new CallersContext(context, continuation, state);
        }

        return TaskScheduler.Current is { } scheduler && scheduler != TaskScheduler.Default ? new CallersContext(scheduler, continuation, state) : null;
    }

    private void Post()
    {
        try
        {
            if (_context is SynchronizationContext context) context.Post(static of => ((CallersContext)of!).Run(), this);
            else Task.Factory.StartNew(_continuation, _state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, (TaskScheduler)_context);
        }
        catch (Exception)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static of => of.Run(), this, preferLocal: false);
        }
    }

    private void Run() => _continuation(_state);
}

internal static class CallersContextExtensions
{
    /// <summary>As <see cref="ManualResetValueTaskSourceCore{TResult}.OnCompleted"/>, but a context of the caller's is called by <see cref="CallersContext"/>.</summary>
    public static void OnCompletedGuarded<T>(
        this ref ManualResetValueTaskSourceCore<T> source, Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 && CallersContext.Of(continuation, state) is { } context)
        {
            source.OnCompleted(CallersContext.GoOn, context, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
        }
        else
        {
            source.OnCompleted(continuation, state, token, flags);
        }
    }
}
