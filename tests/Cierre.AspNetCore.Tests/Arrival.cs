using System.Buffers.Binary;
using System.Net.Sockets;
using Cierre.RawPeers;

namespace Cierre.AspNetCore.Tests;

/// <summary>Whether what a peer has sent is on the other side. A send is done when its own kernel has the bytes, and on a busy machine the loopback delivers
/// them a moment later.</summary>
internal static class Arrival
{
    // struct tcp_info of Linux: tcpi_unacked and tcpi_notsent_bytes.
    private const int IpprotoTcp = 6;
    private const int TcpInfo = 11;
    private const int Unacknowledged = 24;
    private const int NotSent = 144;

    /// <summary>Waits until the other side's kernel has all that the peer has sent.</summary>
    public static Task ArrivedAsync(this RawPeer peer) => Waits.Until(() => IsDone(peer.Socket), "what the peer sent to arrive");

    private static bool IsDone(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return true;
        Span<byte> info = stackalloc byte[NotSent + sizeof(uint)];
        if (socket.GetRawSocketOption(IpprotoTcp, TcpInfo, info) < info.Length) return true;
        return BinaryPrimitives.ReadUInt32LittleEndian(info[Unacknowledged..]) == 0 && BinaryPrimitives.ReadUInt32LittleEndian(info[NotSent..]) == 0;
    }
}
