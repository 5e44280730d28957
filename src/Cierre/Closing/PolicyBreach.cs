namespace Cierre;

/// <summary>Says which kind of rule of a server's own its peer broke:
/// <see cref="WebSocketConnection.CloseAsync(PolicyBreach, string?, CancellationToken)"/>.</summary>
public enum PolicyBreach
{
    /// <summary>Any rule: 1008, <see cref="CloseCause.PolicyViolation"/>.</summary>
    PolicyViolation = 0,

    /// <summary>Credentials are missing, invalid or expired: 3000, <see cref="CloseCause.Unauthorized"/>.</summary>
    Unauthorized = 1,

    /// <summary>A permission is missing: 3003, <see cref="CloseCause.Forbidden"/>.</summary>
    Forbidden = 2,

    /// <summary>The time that the server allows is over: 3008, <see cref="CloseCause.Deadline"/>.</summary>
    Deadline = 3,
}
