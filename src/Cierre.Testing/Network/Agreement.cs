using System.Globalization;

namespace Cierre.Testing.Network;

/// <summary>What a server answers a client that offers compression, where no opening handshake says it. RFC 7692 7.1.</summary>
internal static class Agreement
{
    private const int MostWindowBits = 15;

    public static string Between(DeflateOptions? client, DeflateOptions? server)
    {
        if (client is null || server is null) return "";
        string answer = "permessage-deflate";
        if (!client.ServerContextTakeover || !server.ServerContextTakeover) answer += "; server_no_context_takeover";
        if (!client.ClientContextTakeover || !server.ClientContextTakeover) answer += "; client_no_context_takeover";
        return answer
            + Bits("server_max_window_bits", Math.Min(client.ServerMaxWindowBits, server.ServerMaxWindowBits))
            + Bits("client_max_window_bits", Math.Min(client.ClientMaxWindowBits, server.ClientMaxWindowBits));
    }

    private static string Bits(string name, int bits) => bits == MostWindowBits ? "" : string.Create(CultureInfo.InvariantCulture, $"; {name}={bits}");
}
