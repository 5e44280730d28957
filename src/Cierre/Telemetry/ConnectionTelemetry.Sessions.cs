using Cierre.Callbacks;

namespace Cierre.Telemetry;

// What happens to sessions between their connections: whoever keeps them tells.
internal sealed partial class ConnectionTelemetry
{
    /// <inheritdoc cref="SessionMeter.Observe"/>
    public static void ObserveSessions(Func<IEnumerable<(string Route, bool IsAway)>> sessions) => SessionMeter.Observe(sessions);

    public static void ForgetSessions(Func<IEnumerable<(string Route, bool IsAway)>> sessions) => SessionMeter.Forget(sessions);

    /// <param name="before">The connection before, which says how long the pause was and what was repeated.</param>
    public static void SessionResumed(string route, SessionConnection before, Action<Exception>? failed) => Guarded.Call(
        (route, before),
        static of => SessionMeter.Resumed(of.route, of.before.Pause ?? TimeSpan.Zero, of.before.RepeatedByThisSide, of.before.RepeatedByPeer),
        failed);

    /// <inheritdoc cref="SessionMeter.NotResumed"/>
    public static void SessionNotResumed(string route, string? loss, Action<Exception>? failed) =>
        Guarded.Call((route, loss), static of => SessionMeter.NotResumed(of.route, of.loss), failed);

    /// <inheritdoc cref="SessionMeter.Ended"/>
    public static void SessionEnded(string route, string? loss, Action<Exception>? failed) =>
        Guarded.Call((route, loss), static of => SessionMeter.Ended(of.route, of.loss), failed);
}
