using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.TestKit;

public sealed class CertificatesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Localhost_certificate_is_objected_to_only_for_its_unknown_issuer(bool rsa)
    {
        using var certificate = Certificates.ForLocalhost(rsa);
        var (errors, status) = await HandshakeAsync(certificate);
        Assert.Equal(SslPolicyErrors.RemoteCertificateChainErrors, errors);
        Assert.DoesNotContain(X509ChainStatusFlags.NotTimeValid, status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wrong_name_is_noticed(bool rsa)
    {
        using var certificate = Certificates.WrongName(rsa);
        var (errors, _) = await HandshakeAsync(certificate);
        Assert.True(errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch), errors.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Expiry_is_noticed(bool rsa)
    {
        using var certificate = Certificates.Expired(rsa);
        var (errors, status) = await HandshakeAsync(certificate);
        Assert.False(errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch), errors.ToString());
        Assert.Contains(X509ChainStatusFlags.NotTimeValid, status);
    }

    private static async Task<(SslPolicyErrors Errors, X509ChainStatusFlags[] Status)> HandshakeAsync(X509Certificate2 certificate)
    {
        var seen = (Errors: SslPolicyErrors.None, Status: Array.Empty<X509ChainStatusFlags>());
        await using var server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, _, chain, errors) =>
            {
                seen = (errors, [.. chain!.ChainStatus.Select(s => s.Status)]);
                return true;
            },
        });
        return seen;
    }
}
