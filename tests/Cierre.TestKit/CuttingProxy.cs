using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cierre.TestKit;

/// <summary>How a proxy ends what it passes on.</summary>
public enum CutKind
{
    /// <summary>RST, to both sides.</summary>
    Reset,

    /// <summary>FIN, to both sides.</summary>
    End,

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    Silence,
}

/// <summary>A TCP proxy that cuts its connections when it is told to, or at a byte.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Pair, bool> _pairs = new();
    private readonly Task _accepting;
    private long _passed;
    private long _cutAt = long.MaxValue;
    private CutKind _kind;

    public CuttingProxy(Uri target)
    {
        Target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Where further connections go.</summary>
    public Uri Target { get; set; }

    /// <summary>How many bytes have passed, both ways.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Cuts every connection that is open now.</summary>
    public void CutNow(CutKind kind = CutKind.Reset)
    {
        // A client that is back at once is not cut again.
        foreach ((Pair pair, _) in _pairs.ToArray()) pair.End(kind);
    }

    /// <summary>Cuts one of the connections that are open now.</summary>
    public void CutOne(Random random, CutKind kind = CutKind.Reset)
    {
        Pair[] pairs = [.. _pairs.Keys];
        if (pairs.Length > 0) pairs[random.Next(pairs.Length)].End(kind);
    }

    /// <summary>Cuts once so many bytes have passed, counted from now, both ways: the last of them passes, and nothing behind it. Once.</summary>
    public void CutBehind(long bytes, CutKind kind)
    {
        _kind = kind;
        Interlocked.Exchange(ref _passed, 0);
        Interlocked.Exchange(ref _cutAt, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        CutNow();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(new Pair(await _listener.AcceptSocketAsync()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(Pair pair)
    {
        _pairs[pair] = true;
        try
        {
            await pair.Server.ConnectAsync(Target.Host, Target.Port);
            Task one = CopyAsync(pair, pair.Client, pair.Server), other = CopyAsync(pair, pair.Server, pair.Client);
            // What resets the one side is told to the other.
            await await Task.WhenAny(one, other);
            await Task.WhenAll(one, other);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }

        if (pair.IsSilent) return;
        _pairs.TryRemove(pair, out _);
        pair.End(CutKind.Reset);
    }

    private async Task CopyAsync(Pair pair, Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = await from.ReceiveAsync(buffer)) > 0)
        {
            if (pair.IsSilent) return;
            int passes = Passes(count, out bool cuts);
            for (int sent = 0; sent < passes;) sent += await to.SendAsync(buffer.AsMemory(sent, passes - sent));
            if (!cuts) continue;
            pair.End(_kind);
            return;
        }

        if (!pair.IsSilent) to.Shutdown(SocketShutdown.Send);
    }

    /// <summary>How many of the bytes pass, and whether the cut is behind them.</summary>
    private int Passes(int count, out bool cuts)
    {
        lock (_pairs)
        {
            long before = _passed;
            _passed += count;
            cuts = before < _cutAt && _passed >= _cutAt;
            if (!cuts) return count;
            int passes = (int)(_cutAt - before);
            _cutAt = long.MaxValue;
            return passes;
        }
    }

    private sealed class Pair(Socket client)
    {
        public Socket Client { get; } = Quick(client);

        public Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public bool IsSilent { get; private set; }

        public void End(CutKind kind)
        {
            if (kind == CutKind.Silence)
            {
                IsSilent = true;
                return;
            }

            foreach (Socket socket in new[] { Client, Server })
            {
                try
                {
                    if (kind == CutKind.Reset) socket.LingerState = new LingerOption(true, 0);
                    else socket.Shutdown(SocketShutdown.Both);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // It has ended by itself.
                }

                socket.Dispose();
            }
        }

        private static Socket Quick(Socket socket)
        {
            socket.NoDelay = true;
            return socket;
        }
    }
}
