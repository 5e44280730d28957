using System.Net;
using System.Net.Sockets;

namespace Cierre.Client;

/// <summary>How a name becomes addresses, and an address a stream: the operating system's way, unless a test has its own.</summary>
internal sealed class Dialer
{
    public static readonly Dialer OfTheSystem = new();

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = ResolveAsync;

    public Func<IPEndPoint, CancellationToken, ValueTask<Stream>> Connect { get; init; } = ConnectAsync;

    /// <summary>The host of a URL as the resolver wants it: an IPv6 address without its brackets, its zone unescaped (RFC 6874).</summary>
    public static string Plain(string host)
    {
        if (host is not ['[', .., ']']) return IsLocalhost(host.TrimEnd('.')) ? host.TrimEnd('.') : host;
        string address = host[1..^1];
        int zone = address.IndexOf("%25", StringComparison.Ordinal);
        return zone < 0 ? address : string.Concat(address.AsSpan(0, zone + 1), address.AsSpan(zone + 3));
    }

    /// <summary>RFC 6761 6.3: these names are the loopback address; a resolver that looks into its file of hosts misses them with a dot at the end.</summary>
    private static bool IsLocalhost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? address)) return [address];
        return await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
