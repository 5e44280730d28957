using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class OpeningTraceTests
{
    [Theory]
    [InlineData("ws://host/", "host", 80, false, false)]
    [InlineData("wss://HOST/", "host", 443, false, false)]
    [InlineData("ws://host:8080/", "host", 8080, false, false)]
    [InlineData("ws://[::1]:81/", "::1", 81, false, false)]
    [InlineData("ws://host/", "proxy", 80, false, true)]
    [InlineData("ws://host/", "host", 3128, false, true)]
    [InlineData("http://proxy:3128/", "proxy", 3128, true, true)]
    public void Dialling_another_address_than_the_targets_or_for_a_tunnel_is_going_through_a_proxy(string target, string host, int port, bool tunnels, bool throughProxy)
    {
        var trace = Trace();
        trace.Begin(new DnsEndPoint(host, port), new Uri(target), tunnels);
        Assert.Equal((OpeningPhase.NameResolution, $"{host}:{port}", throughProxy), (trace.Phase, trace.Dialled, trace.ThroughProxy));
    }

    [Fact]
    public void Refused_certificate_is_kept_with_what_was_wrong()
    {
        using X509Certificate2 fine = Certificates.ForLocalhost(), expired = Certificates.Expired();
        var trace = Trace();
        trace.Refused(fine, null, SslPolicyErrors.RemoteCertificateNameMismatch, DateTimeOffset.UtcNow);
        Assert.Equal((SslPolicyErrors.RemoteCertificateNameMismatch, null, ""), (trace.CertificateErrors, trace.CertificateExpired, trace.ChainStatus));
        using var chain = new X509Chain();
        chain.Build(expired);
        trace.Refused(expired, chain, SslPolicyErrors.RemoteCertificateChainErrors, DateTimeOffset.UtcNow);
        Assert.Equal(expired.NotAfter, trace.CertificateExpired);
        Assert.NotEmpty(trace.ChainStatus);
    }

    private static OpeningTrace Trace() => new(new OpeningClock(TimeProvider.System));
}
