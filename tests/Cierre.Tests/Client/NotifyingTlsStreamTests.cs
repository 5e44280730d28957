using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>RFC 8446 6.1: each party sends close_notify before it closes its write side.</summary>
public sealed class NotifyingTlsStreamTests
{
    // In the clear an alert says what it is. Under TLS 1.3 it looks like data of 2 bytes, 1 for the type and 16 for the tag.
    private const int Alert = 21;

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, false)]
    public async Task Client_says_it_behind_the_servers_end(SslProtocols protocol, bool serverSaysIt)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<List<byte[]>> server = ServeAsync(listener, protocol, serverSaysIt);
        WebSocketConnection connection = await ClientRig.ConnectAsync(
            new Uri($"wss://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            o => o.ConfigureHandler = h => h.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true);
        CloseRecord record = await connection.CloseAsync(1000).WaitAsync(ClientRig.Bound);
        Assert.Equal((1000, true), (record.Code, record.WasClean));
        List<byte[]> records = await server.WaitAsync(ClientRig.Bound);
        byte[] last = Assert.Single(records);
        if (protocol == SslProtocols.Tls12) Assert.Equal(Alert, last[0]);
        else Assert.Equal(19, last.Length - 5);
    }

    [Fact]
    public async Task Client_that_aborts_says_nothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<List<byte[]>> server = ServeAsync(listener, SslProtocols.Tls12, saysIt: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(
            new Uri($"wss://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            o => o.ConfigureHandler = h => h.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true);
        connection.Abort();
        await connection.Closed.WaitAsync(ClientRig.Bound);
        await Assert.ThrowsAnyAsync<IOException>(() => server.WaitAsync(ClientRig.Bound));
    }

    /// <summary>Opens, answers the close frame, ends its side, and returns the TLS records that came behind the close frame.</summary>
    private static async Task<List<byte[]>> ServeAsync(TcpListener listener, SslProtocols protocol, bool saysIt)
    {
        using Socket socket = await listener.AcceptSocketAsync();
        await using var plain = new NetworkStream(socket);
        var tls = new SslStream(plain, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificates.ForLocalhost(), EnabledSslProtocols = protocol });
        var head = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal)) head.Append(Encoding.Latin1.GetString(buffer, 0, await ReadAsync()));
        string key = head.ToString().Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
        await tls.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {RawPeer.AcceptFor(key)}\r\n\r\n"));
        Assert.Equal(0x88, (await ReadAsync(), buffer[0]).Item2);
        await tls.WriteAsync(new byte[] { 0x88, 2, 3, 232 });
        if (saysIt) await tls.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Send);
        var rest = new MemoryStream();
        await plain.CopyToAsync(rest);
        return Records(rest.ToArray());

        async Task<int> ReadAsync() => await tls.ReadAsync(buffer) is > 0 and var count ? count : throw new IOException("The client has gone.");
    }

    private static List<byte[]> Records(byte[] bytes)
    {
        var records = new List<byte[]>();
        for (int at = 0; at < bytes.Length; at += records[^1].Length) records.Add(bytes[at..(at + 5 + (bytes[at + 3] << 8) + bytes[at + 4])]);
        return records;
    }
}
