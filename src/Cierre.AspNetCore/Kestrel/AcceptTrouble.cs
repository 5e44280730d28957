using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cierre.AspNetCore.Logging;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>What keeps a listener from accepting: no descriptor or memory is left, or more connections wait than its queue takes. Each is told once.</summary>
internal sealed class AcceptTrouble(ILogger logger, TimeProvider time, DescriptorLimit? descriptors)
{
    // struct tcp_info of Linux, of a socket that listens: tcpi_unacked connections wait, and tcpi_sacked may.
    private const int IpprotoTcp = 6, TcpInfo = 11, Waiting = 24, Most = 28;

    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(50), s_last = TimeSpan.FromSeconds(1), s_silence = TimeSpan.FromMinutes(1);

    private TimeSpan _pause;
    private long _fullTold;

    /// <summary>Waits until it may be worth asking again.</summary>
    public async ValueTask PauseAsync(EndPoint endpoint, SocketError error, CancellationToken unbound)
    {
        Begin(endpoint, $"no descriptor or no memory is left ({error})");
        await WaitAsync(unbound).ConfigureAwait(false);
    }

    /// <summary>Waits, where the connection that was accepted has one of the last descriptors, until some have become free.</summary>
    public ValueTask AcceptedAsync(EndPoint endpoint, Socket accepted, CancellationToken unbound)
    {
        if (descriptors?.IsNear(accepted.SafeHandle) == true) return UntilFreeAsync(descriptors, endpoint, unbound);
        if (_pause != TimeSpan.Zero) End(endpoint);
        return default;
    }

    private async ValueTask UntilFreeAsync(DescriptorLimit limit, EndPoint endpoint, CancellationToken unbound)
    {
        Begin(endpoint, $"the process has nearly all of the {limit.Most} descriptors that it may have (ulimit -n)");
        do await WaitAsync(unbound).ConfigureAwait(false);
        while (limit.IsNear() && !unbound.IsCancellationRequested);
        End(endpoint);
    }

    private void Begin(EndPoint endpoint, string reason)
    {
        if (_pause == TimeSpan.Zero) CloseLog.AcceptPaused(logger, endpoint, reason);
    }

    private void End(EndPoint endpoint)
    {
        _pause = TimeSpan.Zero;
        CloseLog.AcceptGoesOn(logger, endpoint);
    }

    private async Task WaitAsync(CancellationToken unbound)
    {
        _pause = _pause == TimeSpan.Zero ? s_first : _pause * 2 < s_last ? _pause * 2 : s_last;
        await Task.Delay(_pause, time, unbound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Tells of a queue that is full, once a minute.</summary>
    public void LookAtQueue(Socket listener)
    {
        if (!OperatingSystem.IsLinux() || listener.ProtocolType != ProtocolType.Tcp) return;
        Span<byte> info = stackalloc byte[Most + sizeof(int)];
        int waiting, most;
        try
        {
            if (listener.GetRawSocketOption(IpprotoTcp, TcpInfo, info) != info.Length) return;
            (waiting, most) = (BinaryPrimitives.ReadInt32LittleEndian(info[Waiting..]), BinaryPrimitives.ReadInt32LittleEndian(info[Most..]));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }

        // One was taken just now.
        if (waiting < most || (_fullTold != 0 && time.GetElapsedTime(_fullTold) < s_silence)) return;
        _fullTold = Math.Max(1, time.GetTimestamp());
        CloseLog.ListenQueueFull(logger, listener.LocalEndPoint!, most);
    }
}
