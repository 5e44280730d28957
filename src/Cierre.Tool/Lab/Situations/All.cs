using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>Every situation of the lab, in the order in which they are listed.</summary>
internal static class All
{
    public static IReadOnlyList<Situation> Situations { get; } =
    [
        ClientCloses.Create(),
        HandlerReturns.Create(),
        .. InsideMessage.OfItsOwn(),
        HostStops.Create(),
        Disposed.ByClient(),
        Disposed.ByServer(),
        .. ProtocolErrors.Create(),
        UnsupportedData.AtServer(),
        UnsupportedData.AtClient(),
        .. EmptyClose.Create(),
        .. EndOfStream.Create(),
        .. Reset.ByPeer(),
        Reset.InBetween(),
        SilentPeer.AtServer(),
        SilentPeer.AtClient(),
        Aborted.ByClient(),
        Aborted.ByServer(),
        .. InvalidUtf8.Create(),
        JsonNotParsed.Create(),
        TooManyFragments.Create(),
        TooFast.Create(),
        SlowReader.Create(),
        .. MessageTooBig.FromHeader(),
        MessageTooBig.BetweenBoth(),
        .. ExtensionMissing.Create(),
        HandlerThrows.Create(),
        .. PingUnanswered.Create(),
        HostRestarts.Create(),
        AtLimit.Create(),
        .. UpstreamFails.Create(),
        TlsFailed.UntrustedCertificate(),
        TlsFailed.PlaintextServer(),
        RefusedByClose.WithoutCredentials(),
        RefusedByClose.WithoutPermission(),
        CredentialsExpire.Create(),
        PermissionGone.Create(),
        Idle.Create(),
        HandlerTooLong.Create(),
        PrivateCode.ByClient(),
        InsideMessage.OfTheOther(),
        PrivateCode.ByServer(),
        BothClose.Create(),
        .. SystemSockets.Create(),
        .. HandshakeRefused.Create(),
    ];
}
