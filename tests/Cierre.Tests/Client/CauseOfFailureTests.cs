using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Cierre.Client;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>What needs no socket; FailedOpeningTests, TlsFailureTests and ProxyTests show the rest as it happens.</summary>
public sealed class CauseOfFailureTests
{
    [Theory]
    [InlineData(OpeningPhase.NameResolution, SocketError.HostNotFound, CloseCause.NameNotResolved)]
    [InlineData(OpeningPhase.NameResolution, SocketError.TryAgain, CloseCause.NameNotResolved)]
    [InlineData(OpeningPhase.NameResolution, SocketError.ConnectionRefused, CloseCause.ConnectionRefused)]
    [InlineData(OpeningPhase.Tcp, SocketError.ConnectionRefused, CloseCause.ConnectionRefused)]
    [InlineData(OpeningPhase.Tcp, SocketError.HostUnreachable, CloseCause.ConnectionRefused)]
    [InlineData(OpeningPhase.Tls, SocketError.ConnectionReset, CloseCause.TlsFailed)]
    [InlineData(OpeningPhase.Upgrade, SocketError.ConnectionReset, CloseCause.ConnectionReset)]
    internal void Cause_follows_from_phase_and_code(OpeningPhase phase, SocketError error, CloseCause cause)
    {
        CloseWhy why = Of(new HttpRequestException("text", new SocketException((int)error)), new OpeningTrace(new OpeningClock(TimeProvider.System)) { Phase = phase, Dialled = "host:1" });
        Assert.Equal(cause, why.Cause);
        Assert.DoesNotContain("text", why.Detail.English, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OpeningPhase.NameResolution)]
    [InlineData(OpeningPhase.Tcp)]
    [InlineData(OpeningPhase.Proxy)]
    internal void Failure_on_the_way_to_a_proxy_is_the_proxys(OpeningPhase phase) =>
        Assert.Equal(CloseCause.ProxyFailed, Of(new HttpRequestException(), new OpeningTrace(new OpeningClock(TimeProvider.System)) { Phase = phase, Dialled = "proxy:1", Proxy = new Uri("http://proxy:1") }).Cause);

    [Fact]
    public void Answer_that_ends_early_or_is_no_HTTP_is_told_by_its_code_in_either_version()
    {
        var trace = new OpeningTrace(new OpeningClock(TimeProvider.System)) { Phase = OpeningPhase.Upgrade };
        Assert.Equal(CloseCause.BadHandshake, Of(new HttpRequestException(HttpRequestError.InvalidResponse), trace).Cause);
        Assert.Equal(CloseCause.BadHandshake, Of(new HttpIOException(HttpRequestError.InvalidResponse), trace).Cause);
        Assert.Equal(CloseCause.EndOfStream, Of(new HttpIOException(HttpRequestError.ResponseEnded), trace).Cause);
    }

    [Fact]
    public void Certificate_that_was_refused_explains_a_failed_TLS_handshake_first()
    {
        var failed = new HttpRequestException(HttpRequestError.SecureConnectionError, "text", new AuthenticationException());
        Assert.Equal("TlsFailed", Of(failed, Trace()).Detail.Key);
        Assert.Equal("TlsUntrusted", Of(failed, new OpeningTrace(new OpeningClock(TimeProvider.System)) { CertificateErrors = SslPolicyErrors.RemoteCertificateChainErrors }).Detail.Key);
        Assert.Equal("TlsNameMismatch", Of(failed, new OpeningTrace(new OpeningClock(TimeProvider.System)) { CertificateErrors = SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch }).Detail.Key);
        Assert.Equal("TlsExpired", Of(failed, new OpeningTrace(new OpeningClock(TimeProvider.System)) { CertificateErrors = SslPolicyErrors.RemoteCertificateChainErrors, CertificateExpired = DateTime.UtcNow }).Detail.Key);
    }

    [Fact]
    public void Reset_before_the_answer_says_so() =>
        Assert.Equal("ResetBeforeAnswer", Of(new HttpRequestException("text", new SocketException((int)SocketError.ConnectionReset)), new OpeningTrace(new OpeningClock(TimeProvider.System)) { Phase = OpeningPhase.Upgrade }).Detail.Key);

    private static CloseWhy Of(Exception exception, OpeningTrace trace) => CauseOfFailure.Of(exception, trace, "host");

    private static OpeningTrace Trace() => new(new OpeningClock(TimeProvider.System));
}
