using System.Text;

namespace Cierre.Fuzz;

/// <summary>Makes opening requests: mostly of the parts that a handshake has, one or two of them odd, doubled, empty, huge, or left out.</summary>
internal static class HandshakeMaker
{
    public static readonly string[] Methods =
    [
        "GET", "GET", "GET", "GET", "POST", "HEAD", "OPTIONS", "CONNECT", "get", "TRACE", "G", "PRI", new('M', 40),
    ];

    public static readonly string[] Paths =
    [
        "/", "/", "/", "/shared", "/shared", "/gw", "/nowhere", "/?q=%zz", "//", "/%00", "/shared/../", "*", "http://localhost/", "ws://localhost/",
        "localhost:80", "", "/ ", "/\u00e9",
    ];

    public static readonly string[] Upgrades =
    [
        "websocket", "websocket", "WebSocket", "h2c, websocket", "h2c", "websocket/13", "", ",", ",,websocket,,", "web socket", "websocket;q=1",
        "\twebsocket\t", "websocket, websocket",
    ];

    public static readonly string[] Connections =
    [
        "Upgrade", "Upgrade", "keep-alive, Upgrade", "upgrade", "keep-alive,\tUpgrade", "Upgrade\t,close", "", ",", ",,,Upgrade", "close",
        "Upgrade, close", "Upgrade;x", "upgradeX", "Upgrade keep-alive", "\"Upgrade\"",
    ];

    public static readonly string[] Keys =
    [
        "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA==", "", "short", "dGhlIHNhbXBsZSBub25jZQ=",
        "dGhl IHNhbXBsZSBub25jZQ=", "!!!!!!!!!!!!!!!!!!!!!!==", "\u00e9\u00e9",
    ];

    public static readonly string[] Versions = ["13", "13", "13", "8", "", "013", "13, 8", "-13", "99999999999999999999", "13 ", "x"];
    public static readonly string[] Protocols = ["a", "a, b", "best", "best,best", "", ",", "a b", "a,,b", "\u00e9", "a;q=1", "\"a\""];
    public static readonly string[] Extensions =
    [
        "permessage-deflate", "permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=99",
        "permessage-deflate; server_max_window_bits=\"10\"", "x", "", ";", "permessage-deflate; =", "permessage-deflate; a=\"",
        "permessage-deflate;;", "a=b", "permessage-deflate, permessage-deflate",
    ];

    public static readonly string[] Origins =
    [
        "http://localhost", "https://app.example", "https://a.wild.example", "null", "", "http://", "://", "http://[", "http://[::1",
        "http://xn--99999999999", "http://localhost:99999", "http://\u00e9", "http://a, http://b", "file://", "http://user@localhost",
        "javascript:alert(1)", "http://localhost:",
    ];

    public static readonly string[] Hosts =
    [
        "localhost", "localhost", "localhost", "127.0.0.1:80", "[::1]", "xn--99999999999", "xn--bcher-kva.example", "", "a:b", "localhost:99999",
        "[::1", "a b", "\u00e9", "a,b", "user@localhost",
    ];

    public static readonly string[] Others =
    [
        "X: y", "Expect: 100-continue", "Content-Length: 3", "Content-Length: 0", "Content-Length: -1", "Content-Length: x",
        "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "TE: trailers", "Sec-WebSocket-Accept: x",
        "Cookie: a=b", "Authorization: Basic !", "traceparent: 00-x", "traceparent: \u00e9", "tracestate: \u00e9=1", "X-Forwarded-For: \u00e9",
        "Via: \u00e9", "Via: 1.0 fred", "X-User: \u00e9", "X-User: a", "HTTP2-Settings: AAMAAABkAAQAAP__", "Keep-Alive: x",
        "Proxy-Connection: Upgrade", "Access-Control-Request-Method: GET", "Range: bytes=0-", "Accept: \u00e9", ": empty", "No colon", "Tab\t: x",
        "Folded: x\r\n y", "Nul: a\0b",
    ];

    private static readonly string[] Lines =
    [
        "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "http/1.1", "HTTP/1.1 ", "",
        "HTTP/9.9",
    ];

    private static readonly string[] Bodies =
    [
        "", "", "", "abc", "0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "zz\r\n", "\u0081\u0080\u0001\u0002\u0003\u0004",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];

    /// <summary>The bytes of a request of HTTP/1.1, or nearly one.</summary>
    public static byte[] Make(Dice dice)
    {
        var head = new StringBuilder($"{Pick(dice, Methods)} {Pick(dice, Paths)} {Pick(dice, Lines)}\r\n");
        foreach ((string name, string value) in Headers(dice, isHttp2: false))
        {
            head.Append(name).Append(dice.OneIn(60) ? ":" : ": ").Append(value).Append(dice.OneIn(300) ? "\n" : "\r\n");
        }

        while (dice.OneIn(3)) head.Append(dice.Of<string>(Others)).Append("\r\n");
        if (!dice.OneIn(60)) head.Append("\r\n");
        head.Append(dice.Of<string>(Bodies));
        byte[] bytes = dice.OneIn(2) ? Encoding.UTF8.GetBytes(head.ToString()) : Encoding.Latin1.GetBytes(head.ToString());
        if (dice.OneIn(8) && bytes.Length > 0) bytes[dice.Below(bytes.Length)] = (byte)dice.Next();
        return bytes;
    }

    /// <summary>The headers of a handshake; over HTTP/2 without those of the connection, for the most part.</summary>
    public static IEnumerable<(string Name, string Value)> Headers(Dice dice, bool isHttp2)
    {
        if (!isHttp2 || dice.OneIn(30))
        {
            foreach (string host in Values(dice, Hosts)) yield return ("Host", host);
            foreach (string upgrade in Values(dice, Upgrades)) yield return ("Upgrade", upgrade);
            foreach (string connection in Values(dice, Connections)) yield return ("Connection", connection);
            foreach (string key in Values(dice, Keys)) yield return ("Sec-WebSocket-Key", key);
        }

        foreach (string version in Values(dice, Versions)) yield return ("Sec-WebSocket-Version", version);
        if (dice.OneIn(3)) foreach (string protocol in Values(dice, Protocols)) yield return ("Sec-WebSocket-Protocol", protocol);
        if (dice.OneIn(3)) foreach (string extension in Values(dice, Extensions)) yield return ("Sec-WebSocket-Extensions", extension);
        if (dice.OneIn(3)) foreach (string origin in Values(dice, Origins)) yield return ("Origin", origin);
    }

    /// <summary>The first of them for the most part: it is the right one.</summary>
    public static string Pick(Dice dice, string[] values) => dice.OneIn(4) ? dice.Of<string>(values) : values[0];

    /// <summary>The values of one header: one for the most part, none, several, or very many.</summary>
    public static IEnumerable<string> Values(Dice dice, string[] values)
    {
        int roll = dice.Below(100);
        if (roll < 4) yield break;
        yield return roll < 6 ? string.Join(',', Enumerable.Repeat(Pick(dice, values), 1 + dice.Below(300))) : Pick(dice, values);
        for (int more = roll < 94 ? 0 : 1 + dice.Below(3); more > 0; more--) yield return dice.Of<string>(values);
    }
}
