using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class WebSocketSessionTests
{
    [Fact]
    public void State_is_a_copy_and_has_a_bound()
    {
        var session = new WebSocketSession(null!);
        Assert.True(session.State.IsEmpty);
        byte[] state = [1, 2, 3];
        session.State = state;
        state[0] = 9;
        Assert.Equal([1, 2, 3], session.State.ToArray());
        session.State = new byte[WebSocketSession.MaxStateSize];
        Assert.Contains("at most 4096 bytes, and these are 4097", Assert.Throws<ArgumentException>(() => session.State = new byte[4097]).Message, StringComparison.Ordinal);
        Assert.Equal(4096, session.State.Length);
    }

    [Fact]
    public void Connection_over_one_transport_has_none() => Assert.Null(new Played().Connection.Session);
}
