using System.Net;

namespace Cierre.Bench.Broadcast;

/// <summary>On a Kestrel of its own.</summary>
internal abstract class WebSide : ISide
{
    public abstract int Count { get; }

    public async Task<string> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        Build(builder);
        WebApplication app = builder.Build();
        Map(app);
        await app.StartAsync();
        return string.Join(' ', app.Urls);
    }

    public abstract Task SendToAllAsync(ReadOnlyMemory<byte> message);

    public abstract Task CloseAllAsync();

    protected virtual void Build(WebApplicationBuilder builder)
    {
    }

    protected abstract void Map(WebApplication app);
}
