using Microsoft.AspNetCore.Builder;

namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>The socket that ASP.NET Core's own middleware accepts.</summary>
internal sealed class KestrelSubject(Carrier carrier) : Subject($"Kestrel {Named(carrier)}", isServer: true)
{
    private static readonly KestrelHost Host = new(app => app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }));

    public override bool IsKestrels => true;

    public override Task<OpenSubject> OpenAsync(Setup setup) => Host.OpenAsync(carrier, setup);

    internal static string Named(Carrier carrier) => carrier switch { Carrier.Http1 => "HTTP/1.1", Carrier.Tls => "TLS", _ => "HTTP/2" };
}
