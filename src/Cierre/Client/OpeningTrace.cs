using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Cierre.Client;

/// <summary>How far an opening got: the evidence for its cause, since the exceptions of different failures are alike.</summary>
internal sealed class OpeningTrace(OpeningClock clock)
{
    public OpeningClock Clock => clock;

    public OpeningPhase Phase
    {
        get;
        set
        {
            field = value;
            clock.Begin(value);
        }
    }

    /// <summary>The address that was dialled: the proxy's where there is one.</summary>
    public string Dialled { get; set; } = "";

    public bool ThroughProxy { get; set; }

    public Socket? Socket { get; set; }

    /// <summary>What was wrong with a certificate that was refused; None where none was.</summary>
    public SslPolicyErrors CertificateErrors { get; set; }

    public DateTime? CertificateExpired { get; set; }

    public string ChainStatus { get; set; } = "";

    /// <summary>A dial begins: to the target, or to a proxy on the way there.</summary>
    /// <param name="tunnels">Whether the request that dials is one to a proxy, whose address is then the target.</param>
    /// <param name="resolves">Whether the name is resolved before; a dial of the application's own does both in one.</param>
    public void Begin(DnsEndPoint endPoint, Uri target, bool tunnels, bool resolves = true)
    {
        Phase = resolves ? OpeningPhase.NameResolution : OpeningPhase.Tcp;
        Dialled = $"{endPoint.Host}:{endPoint.Port}";
        int port = target.Port > 0 ? target.Port : target.Scheme is "wss" or "https" ? 443 : 80;
        ThroughProxy = tunnels || endPoint.Port != port || !endPoint.Host.Equals(target.IdnHost, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The certificate was refused. One that the application accepts, whatever is wrong with it, is no evidence.</summary>
    public void Refused(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        CertificateErrors = errors;
        if (certificate is X509Certificate2 { NotAfter: var end } && end.ToUniversalTime() < now.UtcDateTime) CertificateExpired = end;
        ChainStatus = chain is null ? "" : string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()));
    }
}
