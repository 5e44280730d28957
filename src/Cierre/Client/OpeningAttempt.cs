using System.Net;
using System.Net.Sockets;
using Cierre.Closing;

namespace Cierre.Client;

/// <summary>One address that was dialled, and what came of it.</summary>
internal sealed class OpeningAttempt(IPEndPoint endPoint, OpeningClock.Entry step)
{
    public OpeningClock.Entry Step => step;

    /// <summary>What it failed with; null: it stood, or there was no answer yet.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether the address refused, or is out of reach; all else is trouble at this end, such as too many sockets.</summary>
    public bool FailedOutOfReach => Error is { } error && IsOutOfReach(error);

    private SocketError? Error => (Failure as SocketException)?.SocketErrorCode;

    public static bool IsOutOfReach(SocketError error) => error is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.TimedOut
        or SocketError.HostUnreachable or SocketError.HostDown or SocketError.NetworkUnreachable or SocketError.NetworkDown;

    /// <summary><c>[::1]:80 (refused)</c>.</summary>
    public CloseDetail Describe() => Failure switch
    {
        null or OperationCanceledException => new CloseDetail("AttemptUnanswered", endPoint.ToString()),
        _ when Error is SocketError.TimedOut => new CloseDetail("AttemptUnanswered", endPoint.ToString()),
        _ when Error is SocketError.ConnectionRefused => new CloseDetail("AttemptRefused", endPoint.ToString()),
        var failure => new CloseDetail("AttemptFailed", endPoint.ToString(), Error?.ToString() ?? failure.GetType().Name),
    };
}
