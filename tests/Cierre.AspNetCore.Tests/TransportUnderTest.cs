using Cierre.EventLoops;
using Microsoft.AspNetCore.Hosting;

namespace Cierre.AspNetCore.Tests;

/// <summary>What the servers and the clients of these tests run on: CIERRE_TRANSPORT says sockets, which is the default, or loops.</summary>
internal static class TransportUnderTest
{
    public static bool IsLoops { get; } = Environment.GetEnvironmentVariable("CIERRE_TRANSPORT") == "loops";

    /// <summary>Those of the clients; null: sockets.</summary>
    public static WebSocketEventLoops? Loops { get; } = IsLoops ? new EventLoopGroup() : null;

    public static void UseTransportUnderTest(this IWebHostBuilder builder)
    {
        if (IsLoops) builder.UseCierreEventLoops();
    }
}
