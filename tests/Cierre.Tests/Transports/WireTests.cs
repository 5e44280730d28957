using System.Net.Sockets;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class WireTests
{
    [Fact]
    public void Wire_ends_one_direction_knows_of_nothing_unread_and_judges_by_error_codes_unless_it_says_otherwise()
    {
        var wire = new Plain();
        Assert.False(wire.EndsOnShutdown);
        Assert.Equal(0, wire.Unread);
        Assert.Equal(TransportEndKind.Reset, wire.EndOf(new SocketException((int)SocketError.ConnectionReset)).Kind);
    }

    private sealed class Plain : Wire
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => default;

        public override ValueTask ShutdownSendAsync() => default;

        public override void Abort()
        {
        }

        public override ValueTask DisposeAsync() => default;
    }
}
