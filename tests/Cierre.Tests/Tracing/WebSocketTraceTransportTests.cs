using System.Globalization;
using Xunit;

namespace Cierre.Tests.Tracing;

public sealed class WebSocketTraceTransportTests
{
    [Theory]
    [InlineData(WebSocketTraceTransportKind.EndOfStream, "the peer ended its stream (FIN)", "el otro extremo terminó su flujo (FIN)")]
    [InlineData(WebSocketTraceTransportKind.Reset, "the peer or something in between reset the connection (RST)", "el otro extremo o un intermediario reinició la conexión (RST)")]
    [InlineData(WebSocketTraceTransportKind.Fault, "reading failed (IOException)", "falló la lectura (IOException)")]
    [InlineData(WebSocketTraceTransportKind.SendFailed, "sending failed (IOException)", "falló el envío (IOException)")]
    [InlineData(WebSocketTraceTransportKind.ShutDown, "we ended our stream (FIN)", "terminamos nuestro flujo (FIN)")]
    [InlineData(WebSocketTraceTransportKind.Aborted, "we cut the connection (RST)", "cortamos la conexión (RST)")]
    [InlineData(WebSocketTraceTransportKind.Closed, "we let go of the connection", "soltamos la conexión")]
    public void Describes_itself_in_both_languages(WebSocketTraceTransportKind kind, string english, string spanish)
    {
        var seen = new WebSocketTraceTransport(TimeSpan.Zero, kind, new IOException("secret"));
        Assert.Equal((english, spanish), (seen.Describe(CultureInfo.InvariantCulture), seen.Describe(CultureInfo.GetCultureInfo("es"))));
    }
}
