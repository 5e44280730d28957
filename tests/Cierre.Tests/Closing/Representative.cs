using System.Net;
using Cierre.Closing;

namespace Cierre.Tests.Closing;

/// <summary>A record of every cause of an end, as a connection of that end has it.</summary>
internal static class Representative
{
    private static readonly ConnectionTraffic Traffic = new(14, 3, 12, 2, 4, 3, TimeSpan.FromSeconds(31.5), TimeSpan.FromSeconds(40), 40);

    private static readonly ConnectionTraffic Silent = new(14, 3, 12, 2, 0, 0, TimeSpan.FromSeconds(1.4), TimeSpan.FromSeconds(1.3), 40);

    public static IReadOnlyDictionary<CloseCause, CloseRecord> Records { get; } = new[]
    {
        Ended(EndReason.PeerClosed, new CloseFrame(1001), new CloseFrame(1001, "de vuelta en 5 min"), EndedBy.Remote),
        Ended(EndReason.Requested, CloseFrame.Empty, CloseFrame.Empty, EndedBy.Local),
        Ended(EndReason.HandlerReturned, new CloseFrame(1000), new CloseFrame(1000), EndedBy.Local),
        Ended(Why(CloseCause.HandlerFailed, "HandlerFailed"), new CloseFrame(1011), new CloseFrame(1011), EndedBy.Local),
        Ended(EndReason.HostStopping, new CloseFrame(1001), new CloseFrame(1001), EndedBy.Local),
        For(Violations.ServerAtCapacity(1000)),
        Ended(EndReason.Disposed, new CloseFrame(1001), new CloseFrame(1001), EndedBy.Local),
        Ended(EndReason.Aborted, null, null, EndedBy.Local),
        For(Violations.ControlTooLong("ping")),
        For(Violations.TextEndsInCodePoint(1)),
        For(Violations.MessageTooBig(1048577, 1048576)),
        For(Violations.KindNotAccepted("binary", "text")),
        For(Violations.TooManyFragments(10_000)),
        For(Violations.PingNotAnswered(TimeSpan.FromSeconds(2.5))),
        For(Violations.Idle(TimeSpan.FromMinutes(5))),
        Ended(Why(CloseCause.UpstreamFailed, "UpstreamFailed", new CloseDetail("UpstreamRefused"), new CloseDetail("ConnectionRefused", "example.org:443")), new CloseFrame(1014), new CloseFrame(1014), EndedBy.Local),
        Ended(EndReason.SessionLost("SessionLossExpired"), null, null, EndedBy.Network),
        CloseRecord.NotOpened(Why(CloseCause.ExtensionMissing, "ExtensionMissing", "permessage-deflate"), TimeSpan.FromMilliseconds(230)) with
        {
            Code = 1010, WasClean = true, Sent = new CloseFrame(1010, "permessage-deflate"), Received = new CloseFrame(1010),
        },
        For(Violations.CredentialsExpired(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero))),
        For(Violations.Forbidden()),
        For(Violations.Deadline(TimeSpan.FromSeconds(30))),
        Ended(Why(CloseCause.CloseTimeout, "CloseNotAnswered", 0.5), new CloseFrame(4001), null, EndedBy.Local),
        Ended(Why(CloseCause.EndOfStream, "EndOfStream"), null, null, EndedBy.Network) with { Elapsed = TimeSpan.FromSeconds(61.4), Traffic = Silent },
        Ended(Why(CloseCause.ConnectionReset, "ConnectionReset", new CloseDetail("Http2Error", 8L)), null, null, EndedBy.Network),
        CloseRecord.NotOpened(Why(CloseCause.NameNotResolved, "NameNotResolved", "example.org"), TimeSpan.FromMilliseconds(85)),
        CloseRecord.NotOpened(Why(CloseCause.ConnectionRefused, "ConnectionRefused", "example.org:443"), TimeSpan.FromMilliseconds(12)),
        CloseRecord.NotOpened(Why(CloseCause.ConnectTimeout, "ConnectTimeout", 2.5), TimeSpan.FromSeconds(2.5)),
        CloseRecord.NotOpened(Why(CloseCause.ProxyFailed, "ProxyStatus", "example.org:3128", 407), TimeSpan.FromMilliseconds(12)),
        CloseRecord.NotOpened(Why(CloseCause.TlsFailed, "TlsNameMismatch", "example.org"), TimeSpan.FromMilliseconds(85)),
        CloseRecord.NotOpened(Why(CloseCause.HttpStatus, "HttpStatus", 401, "\"quién es\""), TimeSpan.FromMilliseconds(230), new HttpRefusal(HttpStatusCode.Unauthorized, [], default)),
        CloseRecord.NotOpened(Why(CloseCause.Cancelled, "Requested"), TimeSpan.FromMilliseconds(12)),
        CloseRecord.NotOpened(Why(CloseCause.BadHandshake, "BadHandshakeSubprotocolNotAsked", "chat"), TimeSpan.FromMilliseconds(230)),
    }.ToDictionary(record => record.Cause);

    private static EndReason Why(CloseCause cause, string key, params object[] arguments) => new(cause, new CloseDetail(key, arguments));

    private static CloseRecord Ended(EndReason why, CloseFrame? sent, CloseFrame? received, EndedBy by) => new()
    {
        Code = received?.Code ?? CloseCodes.AbnormalClosure,
        Reason = received?.Reason ?? "",
        WasClean = sent is not null && received is not null,
        Sent = sent,
        Received = received,
        ReceivedFirst = by == EndedBy.Remote,
        EndedBy = by,
        Why = why,
        Elapsed = TimeSpan.FromSeconds(3725),
        Traffic = Traffic,
    };

    // The frame says its reason in English; that is on the wire, and quoted as such.
    private static CloseRecord For(Violation violation) => Ended(violation.Why, violation.Frame, violation.Fails ? null : new CloseFrame(violation.Code), EndedBy.Local);
}
