using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cierre.Client;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class OpeningAttemptTests
{
    [Theory]
    [InlineData(SocketError.ConnectionRefused, true, "[::1]:9 (refused)", "[::1]:9 (rechazada)")]
    [InlineData(SocketError.TimedOut, true, "[::1]:9 (no answer)", "[::1]:9 (sin respuesta)")]
    [InlineData(SocketError.HostUnreachable, true, "[::1]:9 (failed: HostUnreachable)", "[::1]:9 (falló: HostUnreachable)")]
    [InlineData(SocketError.TooManyOpenSockets, false, "[::1]:9 (failed: TooManyOpenSockets)", "[::1]:9 (falló: TooManyOpenSockets)")]
    public void Attempt_says_what_came_of_it(SocketError error, bool outOfReach, string english, string spanish)
    {
        OpeningAttempt attempt = Attempt(new SocketException((int)error));
        Assert.Equal((outOfReach, english, spanish), (attempt.FailedOutOfReach, attempt.Describe().English, attempt.Describe().In(new CultureInfo("es"))));
    }

    [Fact]
    public void One_that_was_given_up_had_no_answer() => Assert.Equal("[::1]:9 (no answer)", Attempt(new OperationCanceledException()).Describe().English);

    [Fact]
    public void Failure_of_another_kind_is_named_by_its_kind() => Assert.Equal("[::1]:9 (failed: IOException)", Attempt(new IOException()).Describe().English);

    private static OpeningAttempt Attempt(Exception failure)
    {
        var endPoint = new IPEndPoint(IPAddress.IPv6Loopback, 9);
        return new OpeningAttempt(endPoint, new OpeningClock(TimeProvider.System).BeginAttempt(endPoint)) { Failure = failure };
    }
}
