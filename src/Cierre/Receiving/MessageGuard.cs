using Cierre.Closing;

namespace Cierre.Receiving;

/// <summary>Checks each message before the application has it: a rate, say. A message that breaks a rule is dropped, and the connection closes as the
/// violation says.</summary>
internal abstract class MessageGuard
{
    /// <summary>Called for a whole message, or for each piece of one that is read as a stream. It runs under the connection's lock: it must neither block nor
    /// use the connection.</summary>
    /// <param name="bytes">The size of the message or piece.</param>
    /// <param name="last">Whether the message ends with it.</param>
    /// <param name="now">The time since the connection opened.</param>
    /// <returns>The rule that it breaks; null for none.</returns>
    public abstract Violation? Check(int bytes, bool last, TimeSpan now);
}
