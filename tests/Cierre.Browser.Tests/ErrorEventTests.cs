using Cierre.Closing;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class ErrorEventTests
{
    [Fact]
    public void Constructor_takes_what_it_is_given()
    {
        var plain = new ErrorEvent("error");
        Assert.Equal(("", null, null), (plain.Message, plain.Error, plain.Cause));
        var failure = new IOException();
        var full = new ErrorEvent("x", new ErrorEventInit { Message = "m", Error = failure, Cause = CloseCause.TlsFailed, Cancelable = true });
        Assert.Equal(("x", "m", failure, CloseCause.TlsFailed, true), (full.Type, full.Message, full.Error, full.Cause, full.Cancelable));
        Assert.Throws<ArgumentNullException>(() => new ErrorEvent("x", new ErrorEventInit { Message = null! }));
    }

    [Fact]
    public void Error_of_a_connection_says_what_its_record_says()
    {
        var record = new CloseRecord { Why = new EndReason(CloseCause.ConnectionReset, new CloseDetail("ConnectionReset", "x"), new IOException()) };
        var e = new ErrorEvent(record);
        Assert.Equal(("error", record.Detail, record.Exception, CloseCause.ConnectionReset), (e.Type, e.Message, e.Error, e.Cause));
    }
}
