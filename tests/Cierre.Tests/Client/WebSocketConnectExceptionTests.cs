using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class WebSocketConnectExceptionTests
{
    [Fact]
    public void Whoever_wraps_a_connection_can_throw_what_it_throws()
    {
        CloseRecord record = new Played().Connection.Driver.Known();
        var made = new WebSocketConnectException(record);
        Assert.Same(record, made.Record);
        Assert.Same(record.Exception, made.InnerException);
        Assert.Throws<ArgumentNullException>("record", () => new WebSocketConnectException(null!));
    }
}
