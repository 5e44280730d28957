using System.Globalization;
using System.Security.Cryptography;
using Cierre.AspNetCore;
using Cierre.Tool.Hosting;
using Cierre.Tool.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Cierre.Tool.Lab.Page;

/// <summary>The lab's page: its files, and the control connection over which a browser plays.</summary>
internal static class LabSite
{
    public const string ControlPath = "/control";

    private const int TokenBytes = 16;

    public static async Task<int> ServeAsync(HostAddress address, bool json, CultureInfo language)
    {
        string token = RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true);
        await using WebApplication app = ToolHost.Build(address);
        var counts = new CloseCounts();
        app.Use(new SiteGuard(token).CheckAsync);
        // Endpoints of other pages of the site go here, behind the guard: they need the token in their address.
        SiteFiles.Map(app);
        app.MapWebSocket(ControlPath, (connection, _, _) => new LabSession(connection, counts, language).RunAsync());
        await app.StartAsync();
        Listening.Write($"{ToolHost.UrlOf(app)}/?{SiteGuard.Parameter}={token}", json);
        // SIGTERM and Ctrl-C end the wait; stopping closes the control connections, and with them what is played.
        await app.WaitForShutdownAsync();
        return ExitCodes.Ok;
    }
}
