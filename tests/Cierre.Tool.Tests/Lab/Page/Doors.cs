using System.Net.Sockets;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>Whether anybody still listens where a server of the lab was.</summary>
internal static class Doors
{
    public static async Task AssertClosedAsync(IEnumerable<Uri> urls)
    {
        foreach (Uri url in urls)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            SocketException refused = await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(url.Host, url.Port));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        }
    }
}
