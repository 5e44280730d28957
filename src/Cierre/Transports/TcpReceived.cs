using System.Buffers.Binary;
using System.Net.Sockets;

namespace Cierre.Transports;

/// <summary>What the kernel has counted on a TCP connection: bytes of the peer that it accepted, read or not, and bytes of ours that the peer's side
/// acknowledged.</summary>
/// <remarks>
/// Between the kernel's hands and ours, bytes are nowhere to be seen: the runtime has read them, and the thread that brings them may be off
/// the processor. Only this number tells.
/// </remarks>
internal static class TcpReceived
{
    // struct tcp_info of Linux: tcpi_bytes_received (RFC 4898 tcpEStatsAppHCThruOctetsReceived, and 1 for the peer's FIN).
    private const int IpprotoTcp = 6;
    private const int TcpInfo = 11;
    private const int BytesAcknowledged = 120;
    private const int BytesReceived = 128;

    /// <summary>Null where the system does not say.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public static long? Of(Socket socket) => Count(socket, BytesReceived);

    /// <summary>How many bytes of ours the peer's side acknowledged; null where the system does not say.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static long? Acknowledged(Socket socket) => Count(socket, BytesAcknowledged);

    private static long? Count(Socket socket, int which)
    {
        if (!OperatingSystem.IsLinux() || socket.ProtocolType != ProtocolType.Tcp) return null;
        Span<byte> info = stackalloc byte[BytesReceived + sizeof(long)];
        return socket.GetRawSocketOption(IpprotoTcp, TcpInfo, info) == info.Length ? BinaryPrimitives.ReadInt64LittleEndian(info[which..]) : null;
    }

    /// <summary>How many of them have been read by now.</summary>
    public static long? Read(Socket socket)
    {
        while (Of(socket) is { } before)
        {
            int unread = socket.Available;
            if (Of(socket) == before) return before - unread;
        }

        return null;
    }
}
