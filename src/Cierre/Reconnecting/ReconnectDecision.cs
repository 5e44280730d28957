namespace Cierre;

/// <summary>Says what a <see cref="ReconnectPolicy"/> decided.</summary>
public sealed class ReconnectDecision
{
    private ReconnectDecision() { }

    /// <summary>Do not connect again: the sequence ends.</summary>
    public static ReconnectDecision Stop { get; } = new() { Stops = true };

    /// <summary>Do as <see cref="CloseRecord.Reconnect"/> advises, with its random and growing delays. What happens without a policy.</summary>
    public static ReconnectDecision AsAdvised { get; } = new() { IsAdvice = true };

    internal bool Stops { get; private init; }

    internal bool IsAdvice { get; private init; }

    internal bool Renews { get; private init; }

    internal TimeSpan Delay { get; private init; }

    /// <summary>Connect again after a delay; without a random part, which is then the policy's to add.</summary>
    /// <param name="delay">Counted from the end; 0 or more.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public static ReconnectDecision After(TimeSpan delay) => new() { Delay = NotNegative(delay) };

    /// <summary>Call <see cref="WebSocketReconnectOptions.CredentialsRenewal"/> after a delay, and connect again with what it returns.</summary>
    /// <param name="delay">Counted from the end; 0 or more.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public static ReconnectDecision WithNewCredentials(TimeSpan delay = default) => new() { Renews = true, Delay = NotNegative(delay) };

    private static TimeSpan NotNegative(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return delay;
    }
}
