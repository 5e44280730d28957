using System.Diagnostics.CodeAnalysis;
using Cierre;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Cluster;
using Cierre.AspNetCore.Draining;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Inspector;
using Cierre.AspNetCore.Kestrel;
using Cierre.AspNetCore.Resuming;
using Cierre.AspNetCore.Roster;
using Cierre.AspNetCore.Shedding;
using Cierre.AspNetCore.SystemNet;
using Cierre.Closing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Cierre's services.</summary>
public static class CierreServiceCollectionExtensions
{
    /// <summary>Registers what <c>MapWebSocket</c> needs: the roster of connections, the drain when the host stops, the options of the configuration section
    /// <c>Cierre</c> (validated at start), and a socket transport that stands in for Kestrel's own and whose sockets are taken over after the upgrade (it
    /// follows <c>SocketTransportOptions</c>; <see cref="WebSocketServerOptions.UseKestrelTransport"/> leaves Kestrel's in place).</summary>
    /// <remarks>Where a <see cref="TimeProvider"/> is registered, it is the clock of all of this: of each endpoint's times and of the limits, the drain, the
    /// shedding and the inspector.</remarks>
    /// <param name="services">The application's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCierre(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(s => s.ServiceType == typeof(WebSocketServer))) Register(services);
        return services;
    }

    /// <inheritdoc cref="AddCierre(IServiceCollection)"/>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets what is changed of the server itself.</param>
    public static IServiceCollection AddCierre(this IServiceCollection services, Action<WebSocketServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        // Behind what the configuration says.
        return services.AddCierre().Configure(configure);
    }

    private static void Register(IServiceCollection services)
    {
        services.AddSingleton(_ => new WebSocketRoster());
        services.AddSingleton<RelayedConnections>();
        services.AddSingleton(provider => new UserNames(provider.GetRequiredService<IOptions<WebSocketServerOptions>>().Value.UserIdSelector));
        services.AddSingleton(provider => new DrainGate(
            provider.GetRequiredService<IHostApplicationLifetime>(),
            () => provider.GetRequiredService<IOptions<WebSocketDrainOptions>>().Value.Notice(EndReason.HostStopping)));
        services.AddSingleton<Capacity>();
        services.AddOptions<WebSocketLimitOptions>().BindConfiguration("Cierre:Limits").ValidateOnStart();
        services.AddSingleton(provider => new ConnectionOpener(
            provider.GetRequiredService<WebSocketRoster>(), provider.GetRequiredService<DrainGate>(), provider.GetRequiredService<UserNames>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new SessionTable(provider.GetService<TimeProvider>() ?? TimeProvider.System));
        // Made when the first session begins. Where the application has no key ring, the one that ASP.NET Core keeps for the user.
        services.AddSingleton(provider => new SessionTokens(new Lazy<IDataProtectionProvider>(
            () => provider.GetService<IDataProtectionProvider>() ?? DataProtectionProvider.Create("Cierre"))));
        services.AddSingleton(provider =>
        {
            WebSocketLimitOptions limits = provider.GetRequiredService<IOptions<WebSocketLimitOptions>>().Value;
            return new SessionHost(
                provider.GetRequiredService<SessionTable>(), provider.GetRequiredService<SessionTokens>(), provider.GetRequiredService<LateHandlers>(),
                limits.MaxAwaySessions, limits.MaxAwaySessionBytes, provider.GetRequiredService<ILoggerFactory>());
        });
        services.AddOptions<WebSocketTopicOptions>().BindConfiguration("Cierre:Topics").ValidateOnStart();
        services.AddSingleton(provider => new LocalCluster(
            provider.GetRequiredService<IOptions<WebSocketTopicOptions>>(), provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton<ICluster>(provider => provider.GetRequiredService<LocalCluster>());
        services.AddSingleton<Drain>();
        services.AddSingleton(provider => new WebSocketServer(
            provider.GetRequiredService<WebSocketRoster>(), provider.GetRequiredService<RelayedConnections>(), provider.GetRequiredService<DrainGate>(),
            provider.GetRequiredService<Drain>(), provider.GetRequiredService<Shedder>()));
        services.AddSingleton<Shedder>();
        services.AddSingleton<Pressure>();
        services.AddHostedService<PressureWatch>();
        services.AddOptions<WebSocketSheddingOptions>().BindConfiguration("Cierre:Shedding").ValidateOnStart();
        services.AddOptions<WebSocketDrainOptions>().BindConfiguration("Cierre:Drain").ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebSocketDrainOptions>, DrainOptionsValidation>();
        services.AddSingleton<LateHandlers>();
        services.AddSingleton<LateHandlerWatch>();
        services.AddHostedService<StopWithHost>();
        services.AddSingleton<MappedInspectors>();
        services.AddSingleton<IStartupFilter, StartCheck>();
        services.AddSingleton<EndpointsAtStart>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<EndpointsAtStart>());
        services.AddScoped<CurrentConnection>();
        // A delegate's parameter of this type is bound from here, before the connection is open.
        services.AddScoped(provider => provider.GetRequiredService<CurrentConnection>().Connection
            ?? throw new InvalidOperationException("A WebSocketConnection can be had as a parameter of a WebSocket endpoint's handler only."));
        services.AddScoped(provider => provider.GetRequiredService<CurrentConnection>().Credentials
            ?? throw new InvalidOperationException("WebSocketCredentials can be had as a parameter of a WebSocket endpoint's handler only."));
        services.AddOptions<WebSocketServerOptions>().BindConfiguration("Cierre:Server").ValidateOnStart();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<WebSocketServerOptions>>().Value.CloseCodes);
        AddServersOwn(services.AddOptions<WebSocketEndpointOptions>().BindConfiguration("Cierre"));
        AddServersOwn(services.AddOptions<CierreWebSocketOptions>().BindConfiguration("Cierre:WebSockets"));
        services.AddSingleton(provider => new AcceptingServers(provider));
        services.AddSingleton(provider => new UpgradeObserver(provider));
        services.AddSingleton<IValidateOptions<WebSocketEndpointOptions>, EndpointOptionsValidation>();
        services.AddSingleton<MatcherPolicy, SharedPathPolicy>();
        services.AddSingleton<IConnectionListenerFactory, SocketListenerFactory>();
        CloseInFrontOf(services, services.LastOrDefault(s => s.ServiceType == typeof(IAuthorizationMiddlewareResultHandler)));
    }

    /// <summary>The server's codes, and its clock unless another is set.</summary>
    private static void AddServersOwn<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        OptionsBuilder<TOptions> builder)
        where TOptions : WebSocketConnectionOptions => builder
            .Configure<CloseCodes>((options, codes) => options.CloseCodes = codes)
            // The clock of drain, capacity and shedding, so that all of a server's times move together.
            .Configure<IServiceProvider>((options, provider) =>
            {
                if (options.TimeProvider == TimeProvider.System) options.TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            })
            .ValidateOnStart();

    /// <summary>What the application registered, or else ASP.NET Core's own, still decides where no endpoint of ours asks for a close.</summary>
    private static void CloseInFrontOf(IServiceCollection services, ServiceDescriptor? registered)
    {
        services.RemoveAll<IAuthorizationMiddlewareResultHandler>();
        services.Add(ServiceDescriptor.Describe(typeof(IAuthorizationMiddlewareResultHandler), provider =>
            new AuthorizationByClose(Create(provider)), registered?.Lifetime ?? ServiceLifetime.Singleton));

        IAuthorizationMiddlewareResultHandler Create(IServiceProvider provider) => registered switch
        {
            { ImplementationInstance: IAuthorizationMiddlewareResultHandler instance } => instance,
            { ImplementationFactory: { } factory } => (IAuthorizationMiddlewareResultHandler)factory(provider),
            { ImplementationType: { } type } => (IAuthorizationMiddlewareResultHandler)ActivatorUtilities.CreateInstance(provider, type),
            _ => new AuthorizationMiddlewareResultHandler(),
        };
    }
}
