using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cierre.Tool.Hosting;

/// <summary>The certificate of a server of the tool: from files, or made for this run.</summary>
internal static class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>From PEM files; <paramref name="keyFile"/> may hold an unencrypted key of any kind.</summary>
    public static X509Certificate2 Load(string certificateFile, string keyFile)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        return Usable(certificate);
    }

    /// <summary>Self-signed, for localhost, 127.0.0.1 and ::1, valid for 30 days: nobody trusts it, and it is gone with the process.</summary>
    public static X509Certificate2 Create()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        // From yesterday on, for clients whose clock is behind.
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return Usable(certificate);
    }

    // Windows cannot serve with a key that lives in memory only; a round trip through PKCS#12 puts it where it can be used.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
}
