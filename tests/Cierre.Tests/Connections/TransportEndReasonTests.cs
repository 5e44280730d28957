using System.Net.Http;
using System.Net.Sockets;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class TransportEndReasonTests
{
    [Theory]
    [InlineData(TransportEndKind.EndOfStream, CloseCause.EndOfStream)]
    [InlineData(TransportEndKind.Reset, CloseCause.ConnectionReset)]
    [InlineData(TransportEndKind.Fault, CloseCause.ConnectionReset)]
    [InlineData(TransportEndKind.Closed, CloseCause.Aborted)]
    [InlineData(TransportEndKind.CutHere, CloseCause.Aborted)]
    internal void Each_kind_of_end_has_its_cause(TransportEndKind kind, CloseCause cause)
    {
        var exception = new IOException("text");
        EndReason why = TransportEndReason.Of(new TransportEnd(kind, exception));
        Assert.Equal(cause, why.Cause);
        Assert.DoesNotContain("text", why.Detail.English, StringComparison.Ordinal);
        if (kind != TransportEndKind.Closed) Assert.Same(exception, why.Exception);
    }

    [Fact]
    public void Detail_names_the_error_and_not_the_text()
    {
        Assert.Contains("ConnectionReset", Detail(new IOException("x", new SocketException((int)SocketError.ConnectionReset))), StringComparison.Ordinal);
        Assert.Contains("HTTP/2 error 8", Detail(new IOException("x", new HttpProtocolException(8, "y", null))), StringComparison.Ordinal);
        Assert.Contains("InvalidDataException", Detail(new InvalidDataException("x")), StringComparison.Ordinal);
        Assert.NotEmpty(Detail(null));
    }

    private static string Detail(Exception? exception) => TransportEndReason.Of(new TransportEnd(TransportEndKind.Reset, exception)).Detail.English;
}
