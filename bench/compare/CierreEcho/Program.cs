// An echo on Cierre, in each of its forms: CierreEcho PORT sockets|loops async|callback [detached] [tls]
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cierre;
using Cierre.AspNetCore;

int port = int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
{
    if (args.Contains("tls")) listen.UseHttps(Certificate());
}));
builder.Services.AddCierre();
if (args[1] == "loops") builder.WebHost.UseCierreEventLoops();
WebApplication app = builder.Build();
IEndpointConventionBuilder endpoint = args[2] == "callback" ? app.MapWebSocket("/", _ => Echo.Shared) : app.MapWebSocket("/", EchoAsync);
if (args.Contains("detached")) endpoint.Detach();
await app.StartAsync();
Console.WriteLine(string.Join(' ', app.Urls));
await app.WaitForShutdownAsync();

static async Task EchoAsync(WebSocketConnection connection)
{
    await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
}

static X509Certificate2 Certificate()
{
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    DateTimeOffset now = DateTimeOffset.UtcNow;
    using X509Certificate2 signed = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), password: null);
}

internal sealed class Echo : IWebSocketHandler
{
    public static Echo Shared { get; } = new();

    public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => connection.TrySend(kind, data);
}
