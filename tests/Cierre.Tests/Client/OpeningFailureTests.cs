using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Cierre.Client;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>What needs no socket; FailedOpeningTests, TlsFailureTests and ProxyTests show the rest as it happens.</summary>
public sealed class OpeningFailureTests
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
        EndReason why = Of(new HttpRequestException("text", new SocketException((int)error)), new OpeningTrace(new OpeningClock(TimeProvider.System)) { Phase = phase, Dialled = "host:1" });
        Assert.Equal(cause, why.Cause);
        Assert.DoesNotContain("text", why.Detail.English, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OpeningPhase.NameResolution)]
    [InlineData(OpeningPhase.Tcp)]
    [InlineData(OpeningPhase.Proxy)]
    internal void Failure_of_the_network_on_the_way_to_a_proxy_is_the_proxys(OpeningPhase phase)
    {
        Exception[] failures =
        [
            new HttpRequestException("text", new IOException("mine")), new HttpRequestException("text", new SocketException((int)SocketError.TooManyOpenSockets)),
            new HttpRequestException(HttpRequestError.ConnectionError), new HttpRequestException(HttpRequestError.UserAuthenticationError),
        ];
        Assert.All(failures, failure => Assert.Equal(CloseCause.ProxyFailed, Of(failure, Trace(phase, new Uri("http://proxy:1"))).Cause));
    }

    /// <summary>The phase says where the opening stood, and not what went wrong there.</summary>
    [Theory]
    [InlineData(OpeningPhase.NameResolution)]
    [InlineData(OpeningPhase.Tcp)]
    [InlineData(OpeningPhase.Proxy)]
    [InlineData(OpeningPhase.Tls)]
    [InlineData(OpeningPhase.Upgrade)]
    internal void What_is_no_fault_of_the_network_is_quoted_in_every_phase(OpeningPhase phase)
    {
        Exception[] failures =
        [
            new InvalidOperationException("mine"), new HttpRequestException("text", new ArgumentException("mine")), new NotSupportedException("mine"), new OperationCanceledException("mine"),
        ];
        foreach (Uri? proxy in (Uri?[])[null, new Uri("http://proxy:1"), new Uri("https://proxy:1"), new Uri("socks5://proxy:1")])
        {
            foreach (Exception failure in failures)
            {
                EndReason why = Of(failure, Trace(phase, proxy));
                Assert.Equal((CloseCause.Aborted, "OpeningFailed"), (why.Cause, why.Detail.Key));
                Assert.EndsWith("Exception: mine", why.Detail.English, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>That a name could not be resolved is what the resolver says, and nobody else.</summary>
    [Theory]
    [InlineData(SocketError.HostNotFound, true)]
    [InlineData(SocketError.NoData, true)]
    [InlineData(SocketError.TryAgain, true)]
    [InlineData(SocketError.NoRecovery, true)]
    [InlineData(SocketError.TooManyOpenSockets, false)]
    [InlineData(SocketError.NoBufferSpaceAvailable, false)]
    [InlineData(SocketError.AccessDenied, false)]
    [InlineData(SocketError.SocketError, false)]
    public void Name_is_to_blame_only_where_the_resolver_says_so(SocketError error, bool isTheName)
    {
        var failure = new HttpRequestException("text", new SocketException((int)error));
        EndReason why = Of(failure, Trace(OpeningPhase.NameResolution, proxy: null));
        Assert.Equal(isTheName ? (CloseCause.NameNotResolved, "NameNotResolved") : (CloseCause.ConnectionRefused, "NotConnected"), (why.Cause, why.Detail.Key));
        Assert.Equal(!isTheName, why.Detail.English.Contains(nameof(SocketException), StringComparison.Ordinal));
        Assert.Equal(isTheName ? "ProxyNotResolved" : "ProxyFailed", Of(failure, Trace(OpeningPhase.NameResolution, new Uri("http://proxy:1"))).Detail.Key);
    }

    [Fact]
    public void Stream_that_breaks_without_saying_how_is_quoted_while_a_name_is_looked_up()
    {
        EndReason why = Of(new HttpRequestException("text", new IOException("mine")), Trace(OpeningPhase.NameResolution, proxy: null));
        Assert.Equal("host:1 could not be connected to: IOException: mine", why.Detail.English);
    }

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

    private static EndReason Of(Exception exception, OpeningTrace trace) => OpeningFailure.Of(exception, trace, "host");

    private static OpeningTrace Trace(OpeningPhase phase, Uri? proxy) =>
        new(new OpeningClock(TimeProvider.System)) { Phase = phase, Dialled = proxy is null ? "host:1" : "proxy:1", Proxy = proxy };

    private static OpeningTrace Trace() => new(new OpeningClock(TimeProvider.System));
}
