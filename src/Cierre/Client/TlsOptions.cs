using System.Net.Security;

namespace Cierre.Client;

/// <summary>Copies the TLS options that an application set: it may set the same ones for each opening, and each opening puts its own callbacks in
/// front.</summary>
internal static class TlsOptions
{
    public static SslClientAuthenticationOptions Copy(SslClientAuthenticationOptions options)
    {
        SslClientAuthenticationOptions copy = CopyPortable(options);
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            (copy.AllowRsaPkcs1Padding, copy.AllowRsaPssPadding) = (options.AllowRsaPkcs1Padding, options.AllowRsaPssPadding);
        return copy;
    }

    private static SslClientAuthenticationOptions CopyPortable(SslClientAuthenticationOptions options) => new()
    {
        AllowRenegotiation = options.AllowRenegotiation,
        AllowTlsResume = options.AllowTlsResume,
        ApplicationProtocols = options.ApplicationProtocols,
        CertificateChainPolicy = options.CertificateChainPolicy,
        CertificateRevocationCheckMode = options.CertificateRevocationCheckMode,
        CipherSuitesPolicy = options.CipherSuitesPolicy,
        ClientCertificateContext = options.ClientCertificateContext,
        ClientCertificates = options.ClientCertificates,
        EnabledSslProtocols = options.EnabledSslProtocols,
        EncryptionPolicy = options.EncryptionPolicy,
        LocalCertificateSelectionCallback = options.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
        TargetHost = options.TargetHost,
    };
}
