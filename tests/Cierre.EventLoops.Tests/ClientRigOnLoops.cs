using Cierre.EventLoops;

namespace Cierre.Tests.Client;

/// <summary>The clients of the linked tests are read by loops.</summary>
internal static partial class ClientRig
{
    private static readonly EventLoopGroup s_loops = new();

    static partial void UseLoops(WebSocketClientOptions options) => options.EventLoops = s_loops;
}
