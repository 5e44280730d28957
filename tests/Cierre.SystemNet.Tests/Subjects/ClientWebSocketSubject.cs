namespace Cierre.SystemNet.Tests.Subjects;

/// <summary><see cref="ClientWebSocket"/> against a server made of bytes.</summary>
internal sealed class ClientWebSocketSubject(bool tls) : Subject(tls ? "ClientWebSocket TLS" : "ClientWebSocket", isServer: false)
{
    public override bool SaysDisposed => true;

    public override Task<OpenSubject> OpenAsync(Setup setup) => ClientSide.OpenAsync(tls, setup, async url =>
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = setup.KeepAliveInterval;
        if (setup.KeepAliveTimeout != default) socket.Options.KeepAliveTimeout = setup.KeepAliveTimeout;
        socket.Options.DangerousDeflateOptions = setup.Deflate;
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (setup.SubProtocol is { } chosen) socket.Options.AddSubProtocol(chosen);
        await socket.ConnectAsync(url, CancellationToken.None);
        return socket;
    });
}
