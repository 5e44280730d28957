using Cierre.AspNetCore;
using Cierre.Tool.Lab.Runs;
using Microsoft.AspNetCore.Builder;

namespace Cierre.Tool.Lab.Situations;

/// <summary>3000 and 3003: what authorization refuses is accepted and closed, so that a browser's page can read why.</summary>
internal static class RefusedByClose
{
    private static readonly CloseFrame Unauthorized = new(CloseCodes.Unauthorized, "credentials are missing, invalid or expired");
    private static readonly CloseFrame Forbidden = new(CloseCodes.Forbidden, "permission is missing");

    public static Situation WithoutCredentials() =>
        Create("3000-no-credentials", "no credentials, at an endpoint that accepts and closes", Unauthorized, CloseCause.Unauthorized);

    public static Situation WithoutPermission() =>
        Create("3003-no-permission", "credentials that do not suffice, at an endpoint that accepts and closes", Forbidden, CloseCause.Forbidden,
            credentials: "guest");

    private static Situation Create(string name, string description, CloseFrame frame, CloseCause cause, string? credentials = null) => new(name, description)
    {
        Options = options => options.AuthorizationResponse = RefusalMode.Close,
        Map = route => route.Endpoints.MapWebSocket(route.Path, Situation.EchoAsync, route.Configure).RequireAuthorization(LabAuthentication.Members),
        Client = ExpectedClose.ByPeer(frame),
        Server = ExpectedClose.ByUs(frame, cause),
        Play = async run =>
        {
            // In the address, which is where a browser can have them, too.
            await using LabClient client =
                await run.ConnectAsync(new UriBuilder(run.Url) { Query = credentials is null ? "" : $"{LabAuthentication.Name}={credentials}" }.Uri);
            return await client.Closed;
        },
    };
}
