namespace Cierre.AspNetCore.Kestrel;

/// <summary>Ids in the form that Kestrel's own connections have: they stand in logs, in <c>TraceIdentifier</c> and in answers.</summary>
internal static class ConnectionIds
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const int Length = 13;

    // From the clock, so that two runs of a server share none.
    private static long s_last = DateTime.UtcNow.Ticks;

    public static string Next() => string.Create(Length, Interlocked.Increment(ref s_last), static (text, id) =>
    {
        for (int i = Length - 1; i >= 0; i--, id >>= 5) text[i] = Digits[(int)(id & 31)];
    });
}
