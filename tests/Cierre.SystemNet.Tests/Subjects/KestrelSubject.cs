using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>The socket that ASP.NET Core's own middleware accepts.</summary>
/// <param name="loops">Whether Kestrel runs on event loops.</param>
internal sealed class KestrelSubject(Carrier carrier, bool loops = false) : Subject($"Kestrel {Named(carrier, loops)}", isServer: true)
{
    private static readonly KestrelHost OnSockets = Start(loops: false), OnLoops = Start(loops: true);

    public override bool IsKestrels => true;

    public override Task<OpenSubject> OpenAsync(Setup setup) => (loops ? OnLoops : OnSockets).OpenAsync(carrier, setup);

    internal static string Named(Carrier carrier, bool loops) =>
        (carrier switch { Carrier.Http1 => "HTTP/1.1", Carrier.Tls => "TLS", _ => "HTTP/2" }) + (loops ? " on loops" : "");

    private static KestrelHost Start(bool loops) => new(
        app => app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }),
        builder =>
        {
            if (loops) builder.WebHost.UseCierreEventLoops();
        });
}
