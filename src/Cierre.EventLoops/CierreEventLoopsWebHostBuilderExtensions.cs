using Cierre;
using Cierre.AspNetCore.Kestrel;
using Cierre.EventLoops;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Runs a server's connections on event loops.</summary>
public static class CierreEventLoopsWebHostBuilderExtensions
{
    /// <summary>Reads the server's TCP connections on epoll event loops (Linux), where Kestrel would wait for each on the runtime's sockets. A WebSocket
    /// without TLS over HTTP/1.1 is then read and written by the loop itself; everything else of Kestrel works as before. Elsewhere the sockets serve, and one
    /// line of the log says so.</summary>
    /// <param name="builder">The web host, such as <c>builder.WebHost</c>.</param>
    /// <param name="configure">Sets what is not to be as by default.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>It registers <c>AddCierre</c>'s services too, where that was not done, and <see cref="WebSocketEventLoops"/>: clients of the same application
    /// share the loops by <see cref="WebSocketClientOptions.EventLoops"/>, and gateways do so by themselves.</remarks>
    public static IWebHostBuilder UseCierreEventLoops(this IWebHostBuilder builder, Action<EventLoopOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services =>
        {
            services.AddCierre();
            services.AddOptions<EventLoopOptions>().BindConfiguration("Cierre:EventLoops").ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventLoopOptions>, EventLoopOptionsValidation>());
            if (configure is not null) services.Configure(configure);
            services.TryAddSingleton(static services => new EventLoopGroup(
                services.GetRequiredService<IOptions<EventLoopOptions>>().Value,
                services.GetService<ILoggerFactory>(),
                services.GetService<TimeProvider>() ?? TimeProvider.System));
            services.TryAddSingleton<WebSocketEventLoops>(static services => services.GetRequiredService<EventLoopGroup>());
            // Null where the system has no epoll: the sockets serve.
            services.TryAddSingleton<SocketLoops>(static services =>
                services.GetRequiredService<EventLoopGroup>() is { LoopCount: > 0 } group ? new EventLoopsOfServer(group) : null!);
        });
    }
}
