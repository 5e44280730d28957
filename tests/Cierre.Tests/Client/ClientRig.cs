using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Cierre.Tests.Client;

/// <summary>Opens the clients of these tests, some of which are run on event loops too.</summary>
internal static partial class ClientRig
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static async Task<WebSocketConnection> ConnectAsync(Uri url, Action<WebSocketClientOptions>? setup = null)
    {
        WebSocketClientOptions options = Options();
        setup?.Invoke(options);
        return await WebSocketConnection.ConnectAsync(url, options).WaitAsync(Bound);
    }

    public static WebSocketClientOptions Options()
    {
        var options = new WebSocketClientOptions();
        UseLoops(options);
        return options;
    }

    public static void Trusting(WebSocketClientOptions options) =>
        options.ConfigureHandler = h => h.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };

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

    /// <summary>Does nothing where the tests run on sockets.</summary>
    static partial void UseLoops(WebSocketClientOptions options);
}
