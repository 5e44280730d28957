using System.Globalization;
using System.Security.Cryptography;
using Cierre.AspNetCore;
using Cierre.Tool.Hosting;
using Cierre.Tool.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Cierre.Tool.Lab.Page;

/// <summary>The lab's page: its files, the control connection over which a browser plays, and the inspector of its own connections.</summary>
internal static class LabSite
{
    public const string ControlPath = "/control";

    private const string EchoPath = "/echo";

    private const int TokenBytes = 16;

    public static async Task<int> ServeAsync(HostAddress address, bool json, CultureInfo language)
    {
        string token = RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true);
        await using WebApplication app = ToolHost.Build(address);
        var counts = new CloseCounts();
        var guard = new SiteGuard(token);
        app.Use(guard.CheckAsync);
        SiteFiles.Map(app);
        app.MapWebSocketInspector(SiteGuard.InspectorPath, options =>
        {
            options.AuthorizationCheck = context => ValueTask.FromResult(guard.MayAsk(context.Request));
            options.PayloadBytes = 256;
        });
        // Of the page itself, so that the inspector has something to show that the visitor can say things on.
        app.MapWebSocket(EchoPath, EchoAsync, options => options.OnClosed = (_, record) => counts.Add(record));
        app.MapWebSocket(ControlPath, (connection, _, _) => new LabSession(connection, counts, language).RunAsync());
        await app.StartAsync();
        Listening.Write($"{ToolHost.UrlOf(app)}/?{SiteGuard.Parameter}={token}", json);
        // SIGTERM and Ctrl-C end the wait; stopping closes the control connections, and with them what is played.
        await app.WaitForShutdownAsync();
        return ExitCodes.Ok;
    }

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }
}
