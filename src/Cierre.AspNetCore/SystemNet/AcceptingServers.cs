using Cierre.AspNetCore.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>Makes the servers of an application's pipelines and endpoints.</summary>
internal sealed class AcceptingServers(IServiceProvider services)
{
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());

    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static AcceptingServers Of(IServiceProvider services) => services.GetService<AcceptingServers>()
        ?? throw new InvalidOperationException("Cierre's services are not registered: call builder.Services.AddCierre() before the application is built.");

    /// <param name="configure">Changes what is configured; null: nothing does.</param>
    public AcceptingServer Create(WebSocketOptions framework, Action<CierreWebSocketOptions>? configure)
    {
        CierreWebSocketOptions options = services.GetRequiredService<IOptionsFactory<CierreWebSocketOptions>>().Create(Options.DefaultName);
        configure?.Invoke(options);
        return new AcceptingServer(options, framework, services);
    }

    /// <summary>The framework's middleware does nothing behind ours, its check of origins included: where it goes by other options, somebody counts on
    /// those.</summary>
    /// <param name="next">What stands behind.</param>
    public void WarnOfAnother(RequestDelegate next, WebSocketOptions ours)
    {
        if (LaterMiddleware.OptionsIn(next) is { } theirs && !IsSame(ours, theirs)) CloseLog.AnotherMiddleware(_logger);
    }

    private static bool IsSame(WebSocketOptions one, WebSocketOptions other) =>
        one.KeepAliveInterval == other.KeepAliveInterval
        && one.KeepAliveTimeout == other.KeepAliveTimeout
        && one.AllowedOrigins.Order(StringComparer.Ordinal).SequenceEqual(other.AllowedOrigins.Order(StringComparer.Ordinal));
}
