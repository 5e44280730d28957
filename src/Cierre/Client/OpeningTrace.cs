using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Cierre.Client;

internal enum OpeningPhase
{
    NameResolution,
    Tcp,
    Proxy,
    Tls,
    Http,
}

/// <summary>How far an opening got: the evidence for its cause, since the exceptions of different failures are alike.</summary>
internal sealed class OpeningTrace
{
    public OpeningPhase Phase { get; set; }

    /// <summary>The address that was dialled: the proxy's where there is one.</summary>
    public string Dialled { get; set; } = "";

    public bool ThroughProxy { get; set; }

    public Socket? Socket { get; set; }

    /// <summary>What was wrong with the certificate; None where it was fine or never came.</summary>
    public SslPolicyErrors CertificateErrors { get; set; }

    public DateTime? CertificateExpired { get; set; }

    public string ChainStatus { get; set; } = "";

    public bool SawCertificate { get; set; }

    public void Certificate(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        SawCertificate = true;
        CertificateErrors = errors;
        if (certificate is X509Certificate2 { NotAfter: var end } && end.ToUniversalTime() < now.UtcDateTime) CertificateExpired = end;
        ChainStatus = chain is null ? "" : string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()));
    }
}
