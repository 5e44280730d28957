namespace Cierre.Testing;

/// <summary>Says in words how the end of a connection differs from what was expected. No test framework is needed to read it.</summary>
public sealed class CloseAssertionException : Exception
{
    internal CloseAssertionException(string message, CloseRecord record)
        : base(message) => Record = record;

    /// <summary>The record that was looked at.</summary>
    public CloseRecord Record { get; }
}
