using Cierre.Samples.Blazor.Components;

namespace Cierre.Samples.Blazor;

/// <summary>A Blazor Server page. With <c>--Framework true</c> the same program runs on the framework's own WebSockets.</summary>
public static class BlazorServer
{
    public static Task Main(string[] args) => Build(args).RunAsync();

    /// <param name="configure">What a test adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // The name says where the files of the page are, whoever hosts the program.
        string? name = typeof(BlazorServer).Assembly.GetName().Name;
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ApplicationName = name });
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        bool onCierre = !builder.Configuration.GetValue<bool>("Framework");
        if (onCierre) builder.Services.AddCierre();
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        // The one line.
        if (onCierre) app.UseCierreWebSockets();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}
