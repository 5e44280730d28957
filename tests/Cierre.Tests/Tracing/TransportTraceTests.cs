using System.Globalization;
using Xunit;

namespace Cierre.Tests.Tracing;

public sealed class TransportTraceTests
{
    [Theory]
    [InlineData(TransportEventKind.EndOfStream, "the peer ended its stream (FIN)", "el otro extremo terminó su flujo (FIN)")]
    [InlineData(TransportEventKind.Reset, "the peer or something in between reset the connection (RST)", "el otro extremo o un intermediario reinició la conexión (RST)")]
    [InlineData(TransportEventKind.Fault, "reading failed (IOException)", "falló la lectura (IOException)")]
    [InlineData(TransportEventKind.SendFailed, "sending failed (IOException)", "falló el envío (IOException)")]
    [InlineData(TransportEventKind.ShutDown, "we ended our stream (FIN)", "terminamos nuestro flujo (FIN)")]
    [InlineData(TransportEventKind.Aborted, "we cut the connection (RST)", "cortamos la conexión (RST)")]
    [InlineData(TransportEventKind.Closed, "we let go of the connection", "soltamos la conexión")]
    public void Describes_itself_in_both_languages(TransportEventKind kind, string english, string spanish)
    {
        var seen = new TransportTrace(TimeSpan.Zero, kind, new IOException("secret"));
        Assert.Equal((english, spanish), (seen.Describe(CultureInfo.InvariantCulture), seen.Describe(CultureInfo.GetCultureInfo("es"))));
    }
}
