using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>3000: the credentials that opened the connection are not valid any more.</summary>
internal static class CredentialsExpire
{
    private static readonly CloseFrame Expired = new(CloseCodes.Unauthorized, "the credentials expired at 2001-02-03T04:05:06Z");

    public static Situation Create() => new("3000-credentials-expire", "credentials that expire while the connection is open, and are not renewed")
    {
        Options = options => options.ExpirySelector = _ => new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero),
        Client = ExpectedClose.ByPeer(Expired),
        Server = ExpectedClose.ByUs(Expired, CloseCause.Unauthorized) with { Detail = Expired.Reason },
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
