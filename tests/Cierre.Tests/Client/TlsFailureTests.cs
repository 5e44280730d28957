using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class TlsFailureTests
{
    [Fact]
    public async Task Certificate_of_nobody_we_trust_is_1015_and_says_so()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        CloseRecord record = await Fail(certificate);
        Assert.Contains("trusted", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_for_another_name_is_1015_and_names_ours()
    {
        using X509Certificate2 certificate = Certificates.WrongName();
        CloseRecord record = await Fail(certificate);
        Assert.Contains("name localhost", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_has_expired_is_1015_and_says_when()
    {
        using X509Certificate2 certificate = Certificates.Expired();
        CloseRecord record = await Fail(certificate);
        Assert.Contains($"{certificate.NotAfter.Year}", record.Detail, StringComparison.Ordinal);
        Assert.Contains("expired", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_answers_a_TLS_hello_in_plain_text_is_1015()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Task serving = Task.Run(async () =>
        {
            using System.Net.Sockets.Socket socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[4096]);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray());
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            while (await socket.ReceiveAsync(new byte[4096]) > 0)
            {
            }
        });
        CloseRecord record = await ClientRig.FailAsync(new Uri($"wss://localhost:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/"));
        Assert.Equal(CloseCause.TlsFailed, record.Cause);
        await serving.WaitAsync(ClientRig.Bound);
    }

    [Fact]
    public async Task Certificate_that_the_application_accepts_opens_and_is_not_blamed_for_what_comes_later()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using var server = RawServer.Start(async peer => await peer.SendCloseAsync(4001), certificate: certificate);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, ClientRig.Trusting);
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
        await using var refusing = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false, certificate: certificate);
        CloseRecord record = await ClientRig.FailAsync(refusing.Url, ClientRig.Trusting);
        Assert.Equal(CloseCause.EndOfStream, record.Cause);
    }

    [Fact]
    public async Task Certificate_that_the_application_refuses_is_1015()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using var server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        CloseRecord record = await ClientRig.FailAsync(server.Url, o => o.ConfigureHandler = h => h.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => false);
        Assert.Equal(CloseCause.TlsFailed, record.Cause);
    }

    private static async Task<CloseRecord> Fail(X509Certificate2 certificate)
    {
        await using var server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal((1015, CloseCause.TlsFailed), (record.Code, record.Cause));
        Assert.NotNull(record.Exception);
        return record;
    }
}
