namespace Cierre.Closing;

/// <summary>Says in a few words which trouble there was with the upstream: the reason of 1014, so no address, no status and no text of an exception.</summary>
internal static class UpstreamFailure
{
    public static CloseDetail Of(CloseRecord upstream) => new(upstream.Cause switch
    {
        CloseCause.NameNotResolved => "UpstreamNotResolved",
        // Else it could not be connected to, perhaps for want of sockets here.
        CloseCause.ConnectionRefused when upstream.Why.Detail.Key is "ConnectionRefused" or "ConnectionRefusedTried" => "UpstreamRefused",
        CloseCause.ConnectTimeout => "UpstreamTimeout",
        CloseCause.ProxyFailed => "UpstreamProxy",
        CloseCause.TlsFailed => "UpstreamTls",
        CloseCause.HttpStatus or CloseCause.BadHandshake => "UpstreamNoWebSocket",
        CloseCause.ProtocolViolation or CloseCause.InvalidData or CloseCause.PeerClosed => "UpstreamBrokeProtocol",
        CloseCause.MessageTooBig or CloseCause.UnsupportedData or CloseCause.PolicyViolation => "UpstreamOverLimit",
        CloseCause.PingTimeout or CloseCause.CloseTimeout => "UpstreamSilent",
        CloseCause.EndOfStream or CloseCause.ConnectionReset when upstream.WasOpen => "UpstreamLost",
        _ => upstream.WasOpen ? "UpstreamEnded" : "UpstreamNotOpened",
    });
}
