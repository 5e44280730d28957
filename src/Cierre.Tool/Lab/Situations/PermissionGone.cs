using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>3003: a permission that was there at the opening and is gone.</summary>
internal static class PermissionGone
{
    private static readonly CloseFrame Forbidden = new(CloseCodes.Forbidden, "permission is missing");

    public static Situation Create() => new("3003-permission-gone", "a permission that is taken away while the connection is open")
    {
        Options = options =>
            (options.PermissionCheck, options.PermissionCheckInterval) = ((_, _) => ValueTask.FromResult(false), TimeSpan.FromMilliseconds(100)),
        Client = ExpectedClose.ByPeer(Forbidden),
        Server = ExpectedClose.ByUs(Forbidden, CloseCause.Forbidden),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
