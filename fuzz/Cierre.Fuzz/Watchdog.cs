namespace Cierre.Fuzz;

/// <summary>Ends the process with a message when the count stands still.</summary>
internal sealed class Watchdog(Func<long> count, Func<string> message)
{
    // Most inputs take microseconds; the machine may be busy.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private long _last = -1;

    public void Look(object? state)
    {
        long now = count();
        if (now == _last)
        {
            Console.Error.WriteLine(message());
            Environment.Exit(1);
        }

        _last = now;
    }
}
