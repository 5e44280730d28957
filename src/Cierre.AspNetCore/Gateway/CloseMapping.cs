using Cierre.Closing;

namespace Cierre.AspNetCore.Gateway;

/// <summary>What the end of one side of a gateway means to the other. Codes that belong to one hop, or were never on a wire, do not cross.</summary>
internal static class CloseMapping
{
    /// <summary>An orderly close passes with its code and reason; anything else is a bad gateway to the client: 1014.</summary>
    public static (CloseFrame Frame, EndReason Why) ToClient(CloseRecord upstream) => upstream.Received switch
    {
        null or { Code: CloseCodes.MandatoryExtension } => Failed(upstream),
        var frame => (Passed(frame), EndReason.Requested),
    };

    /// <summary>An orderly close passes with its code and reason; a client that is lost, or misses an extension, has gone away: 1001.</summary>
    public static (CloseFrame Frame, EndReason Why) ToUpstream(CloseRecord client) => client.Received switch
    {
        null or { Code: CloseCodes.MandatoryExtension } => (new CloseFrame(CloseCodes.GoingAway, EndReason.ClientGone), EndReason.Requested),
        var frame => (Passed(frame), EndReason.Requested),
    };

    /// <summary>The reason tells the client which trouble it is; what exactly happened stays in the record.</summary>
    public static (CloseFrame Frame, EndReason Why) Failed(CloseRecord upstream)
    {
        var reason = EndReason.UpstreamFailed(upstream, out string trouble);
        return (new CloseFrame(CloseCodes.BadGateway, trouble), reason);
    }

    // 1005 is an empty body, and goes out as one.
    private static CloseFrame Passed(CloseFrame frame) => frame.IsEmpty ? CloseFrame.Empty : frame;
}
