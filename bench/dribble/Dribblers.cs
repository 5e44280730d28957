using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Dribble;

/// <summary>Connections that each send a byte of their handshake every second, spread over it, until the server drops them.</summary>
internal sealed class Dribblers(int port, int connections)
{
    private const int Turns = 100;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    private readonly Socket?[] _sockets = new Socket?[connections];
    private readonly TimeSpan[] _begun = new TimeSpan[connections];
    private readonly int[] _sent = new int[connections];
    private readonly List<double> _dropped = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public int Dropped => _dropped.Count;

    public void Connect()
    {
        for (int i = 0; i < connections; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(IPAddress.Loopback, port);
            socket.Blocking = false;
            _sockets[i] = socket;
            Dribble(i);
            // The time for the headers runs from the first byte on.
            _begun[i] = _clock.Elapsed;
        }
    }

    public void Run(TimeSpan time)
    {
        TimeSpan start = _clock.Elapsed;
        for (int turn = 0; _dropped.Count < connections; turn++)
        {
            TimeSpan due = start + TimeSpan.FromSeconds((double)turn / Turns);
            if (due - start > time) break;
            if (due > _clock.Elapsed) Thread.Sleep(due - _clock.Elapsed);
            for (int i = turn % Turns; i < connections; i += Turns)
            {
                if (_sockets[i] is { } socket && (IsEnded(socket) || !Dribble(i))) Drop(i);
            }
        }

        foreach (Socket? left in _sockets) left?.Dispose();
    }

    public override string ToString()
    {
        _dropped.Sort();
        string when = _dropped.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {_dropped[0]:0.0} to {_dropped[^1]:0.0} s after their first byte, median {_dropped[_dropped.Count / 2]:0.0} s");
        return $"dropped {_dropped.Count} of {connections}{when}; the longest had sent {_sent.Max()} of {Request.Length} bytes";
    }

    private static bool IsEnded(Socket socket)
    {
        Span<byte> answer = stackalloc byte[1024];
        try
        {
            // 408 may come first.
            while (socket.Poll(0, SelectMode.SelectRead))
            {
                if (socket.Receive(answer) == 0) return true;
            }

            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private bool Dribble(int index)
    {
        try
        {
            if (_sent[index] < Request.Length - 1) _sockets[index]!.Send(Request, _sent[index]++, 1, SocketFlags.None);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Drop(int index)
    {
        _sockets[index]!.Dispose();
        _sockets[index] = null;
        _dropped.Add((_clock.Elapsed - _begun[index]).TotalSeconds);
    }
}
