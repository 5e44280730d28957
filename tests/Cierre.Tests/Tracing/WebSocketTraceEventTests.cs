using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Tracing;

public sealed class WebSocketTraceEventTests
{
    [Fact]
    public void No_culture_is_the_language_of_the_thread_and_for_a_log_it_is_English()
    {
        CultureInfo before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
        try
        {
            WebSocketTraceEvent seen = new WebSocketTraceTransport(TimeSpan.FromSeconds(1), WebSocketTraceTransportKind.Aborted);
            Assert.Equal("cortamos la conexión (RST)", seen.Describe());
            Assert.Equal("1000.000 ms: we cut the connection (RST)", seen.ToString());
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}

public sealed class WebSocketTraceViolationTests
{
    [Fact]
    public void Names_the_rule_and_what_it_costs()
    {
        var seen = new WebSocketTraceViolation(TimeSpan.Zero, Violations.FrameNotMasked());
        Assert.Equal((CloseCause.ProtocolViolation, new CloseFrame(1002, "frame from a client is not masked")), (seen.Cause, seen.CloseFrame));
        Assert.Equal("la trama de un cliente no está enmascarada", seen.Describe(CultureInfo.GetCultureInfo("es")));
    }
}
