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
    [InlineData("host", 80, "host:80")]
    [InlineData("[::1]", 81, "[::1]:81")]
    [InlineData("::1", 81, "[::1]:81")]
    [InlineData("[fe80::1%25eth0]", 81, "[fe80::1%eth0]:81")]
    public void Dial_is_named_as_a_URL_names_it_and_goes_through_the_proxy_that_is_known(string host, int port, string dialled)
    {
        var trace = Trace();
        trace.Begin(new DnsEndPoint(host, port), proxy: null);
        Assert.Equal((OpeningPhase.NameResolution, dialled, null), (trace.Phase, trace.Dialled, trace.Proxy));
        trace.Begin(new DnsEndPoint(host, port), new Uri("http://proxy:3128"), resolves: false);
        Assert.Equal((OpeningPhase.Tcp, new Uri("http://proxy:3128")), (trace.Phase, trace.Proxy));
    }

    [Fact]
    public async Task Code_of_the_application_is_remembered_by_its_option_when_it_throws()
    {
        var trace = Trace();
        Assert.Equal(7, trace.Guard("Sync", () => 7));
        Assert.Null(trace.Thrown);
        var thrown = new InvalidOperationException();
        Assert.Same(thrown, Assert.Throws<InvalidOperationException>(() => trace.Guard<int>("Sync", () => throw thrown)));
        Assert.Equal(("Sync", thrown), trace.Thrown);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await trace.GuardAsync<int>("Async", async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException();
        }));
        Assert.Equal("Async", trace.Thrown!.Value.Option);
    }

    [Fact]
    public void Refused_certificate_is_kept_with_what_was_wrong()
    {
        using X509Certificate2 fine = Certificates.ForLocalhost(), expired = Certificates.Expired();
        var trace = Trace();
        trace.Refused(fine, null, SslPolicyErrors.RemoteCertificateNameMismatch, DateTimeOffset.UtcNow, "name");
        Assert.Equal((SslPolicyErrors.RemoteCertificateNameMismatch, null, ""), (trace.CertificateErrors, trace.CertificateExpired, trace.ChainStatus));
        using var chain = new X509Chain();
        chain.Build(expired);
        trace.Refused(expired, chain, SslPolicyErrors.RemoteCertificateChainErrors, DateTimeOffset.UtcNow, "name");
        Assert.Equal("name", trace.CertificateName);
        Assert.Equal(expired.NotAfter, trace.CertificateExpired);
        Assert.NotEmpty(trace.ChainStatus);
    }

    private static OpeningTrace Trace() => new(new OpeningClock(TimeProvider.System));
}
