using System.Net.Sockets;
using Cierre.TestKit;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class SocketTransportTests : SocketTransportContract
{
    private protected override Transport Create(Socket socket, Transport.EarlierReader? earlier) => new SocketTransport(socket, earlier);

    [Fact]
    public async Task Look_at_a_socket_that_is_empty_is_answered_at_once()
    {
        OfSocket.Start(Receiver);
        await SendAsync([1]);
        await Receiver.CameAsync(1);
        for (int i = 0; i < 2000 && Receiver.Probes.Count == 0; i++)
        {
            // The first look may meet the reader on its way back to its wait, which then answers it.
            OfSocket.Probe();
            await Task.Delay(1);
        }

        Receiver.Probes.Clear();
        OfSocket.Probe();
        Assert.Equal([false], Receiver.Probes);
    }
}
