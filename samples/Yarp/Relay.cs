namespace Cierre.Samples.Yarp;

/// <summary>A YARP in front of another server. Started with <c>--Upstream http://localhost:5001</c>, and <c>--Observe false</c> for YARP without Cierre.</summary>
public static class Relay
{
    public static Task Main(string[] args) => Build(args).RunAsync();

    /// <param name="configure">What a test adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        string upstream = builder.Configuration["Upstream"] ?? throw new InvalidOperationException("Say what to relay to: --Upstream http://localhost:5001");
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new() { RouteId = "all", ClusterId = "upstream", Match = new() { Path = "/{**path}" } }],
            [new() { ClusterId = "upstream", Destinations = new Dictionary<string, global::Yarp.ReverseProxy.Configuration.DestinationConfig> { ["one"] = new() { Address = upstream } } }]);
        bool observes = builder.Configuration.GetValue("Observe", true);
        if (observes) builder.Services.AddCierre();
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        // The one line.
        if (observes) app.UseCierreUpgradeObservation();
        app.MapReverseProxy();
        return app;
    }
}
