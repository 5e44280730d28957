using System.Net;
using System.Net.Sockets;

namespace Cierre.Tests.Client;

internal static class ClientRig
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static async Task<WebSocketConnection> ConnectAsync(Uri url, Action<WebSocketClientOptions>? setup = null)
    {
        var options = new WebSocketClientOptions();
        setup?.Invoke(options);
        return await WebSocketConnection.ConnectAsync(url, options).WaitAsync(Bound);
    }

    /// <summary>The record of an opening that fails.</summary>
    public static async Task<CloseRecord> FailAsync(Uri url, Action<WebSocketClientOptions>? setup = null)
    {
        var failed = await Xunit.Assert.ThrowsAsync<WebSocketConnectException>(() => ConnectAsync(url, setup));
        CloseRecord record = failed.Record;
        Xunit.Assert.False(record.WasOpen);
        Xunit.Assert.False(record.WasClean);
        Xunit.Assert.Null(record.Sent);
        Xunit.Assert.Null(record.Received);
        Xunit.Assert.Equal(EndedBy.Network, record.EndedBy);
        Xunit.Assert.Equal(record.Cause == CloseCause.TlsFailed ? 1015 : 1006, record.Code);
        return record;
    }

    /// <summary>A port on which nobody listens: it was ours a moment ago.</summary>
    public static int ClosedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
