namespace Cierre.Callbacks;

/// <summary>Calls the application's code in the middle of the library's own work: what it throws is told once and ends here, and the work goes on.</summary>
/// <remarks>For code whose failure changes nothing that follows: listeners of metrics and traces, loggers, whoever wants to be told of an end. Where a failure
/// decides something, such as a permission, the caller decides it.</remarks>
internal static class Guarded
{
    /// <param name="failed">Where it is told; null: nowhere.</param>
    public static void Call<T>(T state, Action<T> code, Action<Exception>? failed)
    {
        try
        {
            code(state);
        }
        catch (Exception e)
        {
            Tell(failed, e);
        }
    }

    /// <summary>The same for code that gives something; the fallback where it throws.</summary>
    public static TResult Call<T, TResult>(T state, Func<T, TResult> code, TResult fallback, Action<Exception>? failed = null)
    {
        try
        {
            return code(state);
        }
        catch (Exception e)
        {
            Tell(failed, e);
            return fallback;
        }
    }

    /// <summary>Tells what a task of the application's code failed with, when it has; without it the runtime reports it as unobserved.</summary>
    public static void Watch(Task task, Action<Exception>? failed)
    {
        if (failed is null || task.IsCompletedSuccessfully) return;
        task.ContinueWith(
            static (task, failed) => Tell((Action<Exception>)failed!, task.Exception!.Flatten()),
            failed,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private static void Tell(Action<Exception>? failed, Exception exception)
    {
        try
        {
            failed?.Invoke(exception);
        }
        catch (Exception)
        {
            // It is the application's as well, and nobody is left to tell.
        }
    }
}
