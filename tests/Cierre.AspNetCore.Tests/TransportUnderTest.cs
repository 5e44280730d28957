using Microsoft.AspNetCore.Hosting;

namespace Cierre.AspNetCore.Tests;

/// <summary>What the servers of these tests run on: CIERRE_TRANSPORT says sockets, which is the default, or loops.</summary>
internal static class TransportUnderTest
{
    public static bool IsLoops { get; } = Environment.GetEnvironmentVariable("CIERRE_TRANSPORT") == "loops";

    public static void UseTransportUnderTest(this IWebHostBuilder builder)
    {
        if (IsLoops) builder.UseCierreEventLoops();
    }
}
