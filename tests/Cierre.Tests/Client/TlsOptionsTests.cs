using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class TlsOptionsTests
{
    [Fact]
    public void Every_setting_is_copied()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        var options = new SslClientAuthenticationOptions
        {
            AllowRenegotiation = false, AllowTlsResume = false, ApplicationProtocols = [SslApplicationProtocol.Http11],
            CertificateChainPolicy = new X509ChainPolicy(), CertificateRevocationCheckMode = X509RevocationMode.Offline,
            CipherSuitesPolicy = OperatingSystem.IsLinux() ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256]) : null,
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true), ClientCertificates = [certificate],
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13, LocalCertificateSelectionCallback = (_, _, _, _, _) => null!,
            RemoteCertificateValidationCallback = (_, _, _, _) => false, TargetHost = "host",
        };
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) (options.AllowRsaPkcs1Padding, options.AllowRsaPssPadding) = (false, false);
        SslClientAuthenticationOptions copy = TlsOptions.Copy(options), fresh = new();
        foreach (var property in typeof(SslClientAuthenticationOptions).GetProperties())
        {
            // A setting that is as it is made shows nothing; the one policy of encryption that is not obsolete is the default.
            if (property.Name != nameof(options.EncryptionPolicy) && (OperatingSystem.IsLinux() || property.Name != nameof(options.CipherSuitesPolicy))) Assert.NotEqual(property.GetValue(fresh), property.GetValue(options));
            Assert.Equal(property.GetValue(options), property.GetValue(copy));
        }
    }

    [Fact]
    public async Task Options_that_openings_share_stay_as_they_are()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        RemoteCertificateValidationCallback trust = (_, _, _, _) => true;
        var shared = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust };
        (await ClientRig.ConnectAsync(server.Url, options => options.ConfigureHandler = handler => handler.SslOptions = shared)).Abort();
        Assert.Same(trust, shared.RemoteCertificateValidationCallback);
    }
}
