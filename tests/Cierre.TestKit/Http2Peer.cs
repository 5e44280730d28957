using System.Net;
using System.Net.Sockets;

namespace Cierre.TestKit;

/// <summary>Frames by hand over an HTTP/2 stream that HttpClient opened. RFC 8441.</summary>
public static class Http2Peer
{
    /// <summary>Opens a WebSocket with <paramref name="headers"/> ("Name: value") added.</summary>
    public static async Task<RawPeer> ConnectAsync(Uri url, params string[] headers)
    {
        Socket? socket = null;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        HttpResponseMessage response = await new HttpMessageInvoker(handler).SendAsync(Request(url, headers), CancellationToken.None).WaitAsync(RawPeer.DefaultBound);
        if (response.StatusCode != HttpStatusCode.OK) throw new InvalidDataException($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return RawPeer.Over(socket!, await response.Content.ReadAsStreamAsync(), client: true);
    }

    /// <summary>The extended CONNECT that asks for it.</summary>
    public static HttpRequestMessage Request(Uri url, params string[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Connect, url) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Protocol = "websocket";
        if (!headers.Any(h => h.StartsWith("Sec-WebSocket-Version", StringComparison.Ordinal))) request.Headers.Add("Sec-WebSocket-Version", "13");
        foreach (string header in headers) request.Headers.TryAddWithoutValidation(header.Split(':')[0], header.Split(':', 2)[1].Trim());
        return request;
    }
}
