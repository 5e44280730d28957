using System.Net.Sockets;

namespace Cierre.EventLoops.Linux;

/// <summary>What an errno of a socket is called in .NET.</summary>
internal static class SocketErrors
{
    public static SocketException Exception(Errno error) => new((int)Of(error));

    public static SocketError Of(Errno error) => error switch
    {
        Errno.None => SocketError.Success,
        Errno.Interrupted => SocketError.Interrupted,
        // The descriptor is gone: this process closed the socket.
        Errno.BadDescriptor => SocketError.OperationAborted,
        Errno.Again => SocketError.WouldBlock,
        Errno.TooManyOfSystem or Errno.TooMany => SocketError.TooManyOpenSockets,
        Errno.BrokenPipe => SocketError.Shutdown,
        Errno.NetworkDown => SocketError.NetworkDown,
        Errno.NetworkUnreachable => SocketError.NetworkUnreachable,
        Errno.ConnectionAborted => SocketError.ConnectionAborted,
        Errno.ConnectionReset => SocketError.ConnectionReset,
        // NoSpace: the limit of watched descriptors, /proc/sys/fs/epoll/max_user_watches.
        Errno.NoMemory or Errno.NoBuffers or Errno.NoSpace => SocketError.NoBufferSpaceAvailable,
        Errno.NotConnected => SocketError.NotConnected,
        Errno.TimedOut => SocketError.TimedOut,
        Errno.ConnectionRefused => SocketError.ConnectionRefused,
        Errno.HostDown => SocketError.HostDown,
        Errno.HostUnreachable => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };
}
