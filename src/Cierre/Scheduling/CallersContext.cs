using System.Threading.Tasks.Sources;

namespace Cierre.Scheduling;

/// <summary>The context in which code goes on that awaits one of our value tasks. It is the application's own, and may block or throw, so it is called on the
/// pool and never under a lock of ours.</summary>
/// <remarks>Where it refuses, as that of a window that is gone does, the code goes on on the pool: whoever awaits comes to an end.</remarks>
internal sealed class CallersContext
{
    /// <summary>To be registered in place of what the caller registered, with this object as its state, where whoever completes the wait goes to the pool for
    /// it.</summary>
    public static readonly Action<object?> GoOn = static context => ((CallersContext)context!).Post();

    /// <summary>The same, where whoever completes the wait may go on in place.</summary>
    public static readonly Action<object?> GoOnFromThePool = static context => ThreadPool.UnsafeQueueUserWorkItem(GoOn, context, preferLocal: false);

    private readonly object _context;
    private readonly Action<object?> _continuation;
    private readonly object? _state;

    private CallersContext(object context, Action<object?> continuation, object? state) => (_context, _continuation, _state) = (context, continuation, state);

    /// <summary>Whether the caller has one, which the code that it runs, and awaits, will be given back to.</summary>
    public static bool IsHere =>
        SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext)
            ? context is not SimulationContext
            : TaskScheduler.Current != TaskScheduler.Default;

    /// <summary>Null where the code goes on on the pool, or in a simulation, which carries our own work too and keeps its order.</summary>
    public static CallersContext? Of(Action<object?> continuation, object? state)
    {
        if (!IsHere) return null;
        return SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext)
            ? new CallersContext(context, continuation, state)
            : new CallersContext(TaskScheduler.Current, continuation, state);
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
    /// <summary>As <see cref="ManualResetValueTaskSourceCore{TResult}.OnCompleted"/>, but a context of the caller's is called by
    /// <see cref="CallersContext"/>.</summary>
    /// <param name="inPlace">Whether the source may go on on the thread that completes it.</param>
    public static void OnCompletedGuarded<T>(
        this ref ManualResetValueTaskSourceCore<T> source,
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags,
        bool inPlace = false)
    {
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 && CallersContext.Of(continuation, state) is { } context)
        {
            Action<object?> goOn = inPlace ? CallersContext.GoOnFromThePool : CallersContext.GoOn;
            source.OnCompleted(goOn, context, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
        }
        else
        {
            source.OnCompleted(continuation, state, token, flags);
        }
    }
}
