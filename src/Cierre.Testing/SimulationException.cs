namespace Cierre.Testing;

/// <summary>Says that a simulated conversation cannot go on, or that one of many failed, and how to see it again.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">What the conversation threw; null where it threw nothing.</param>
    public SimulationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
