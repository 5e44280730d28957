using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cierre.TestKit;

/// <summary>Self-signed server certificates, made in memory with their private keys. ECDSA P-256 unless RSA is asked for.</summary>
public static class Certificates
{
    /// <summary>Valid now, for localhost, 127.0.0.1 and ::1.</summary>
    public static X509Certificate2 ForLocalhost(bool rsa = false) => Create("localhost", -1, 30, rsa);

    /// <summary>Valid now, but for another name than the one connected to.</summary>
    public static X509Certificate2 WrongName(bool rsa = false) => Create("elsewhere.example", -1, 30, rsa);

    /// <summary>For localhost, but expired yesterday.</summary>
    public static X509Certificate2 Expired(bool rsa = false) => Create("localhost", -30, -1, rsa);

    private static X509Certificate2 Create(string name, int fromDay, int toDay, bool rsa)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA r
            ? new CertificateRequest($"CN={name}", r, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", (ECDsa)key, HashAlgorithmName.SHA256);

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDay), DateTimeOffset.UtcNow.AddDays(toDay));
    }
}
