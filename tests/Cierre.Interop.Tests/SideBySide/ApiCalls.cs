using System.Text.Json;
using Cierre.Browser;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>Constructors and attributes: what they accept, what they make of it, and what they throw.</summary>
internal static class ApiCalls
{
    public static readonly IReadOnlyDictionary<string, ApiCall> All = Urls().Concat(Subprotocols()).Concat(Attributes()).Concat(CloseEvents()).ToDictionary(call => call.Name);

    private static IEnumerable<ApiCall> Urls()
    {
        string[] urls =
        [
            "ws://localhost:1", "wss://localhost:1/", "http://localhost:1/a?b=c", "https://localhost:1/", "WS://LocalHost:1/PATH", "ws://localhost:80/", "wss://localhost:443/", "http://localhost:80/",
            "ws://localhost:1/#", "ws://localhost:1/#x", "ws://localhost:1/?#", "ftp://localhost:1/", "file:///etc/hosts", "about:blank", "mailto:a@example.org", "javascript:0", "wsx://localhost/",
            "", " ", "/chat", "chat", "?q", "//localhost:1/chat", "localhost:1", ":1", "ws:", "ws:/", "ws://", "ws:///", "ws:localhost:1", "ws:/localhost:1", "ws:///localhost:1/", @"ws:\\localhost:1\a\b?c\d",
            " ws://localhost:1/ ", "\tws://loc\nal\rhost:1/a\tb", "ws://localhost:1/a b", "ws://localhost:1/a\"b<c>d`e{f}g|h^i", "ws://localhost:1/?a b\"c<d>e'f`g{h}i|j^k", "ws://localhost:1/%7e%41%zz%2F", "ws://localhost:1/ñ/€?ñ=€",
            "ws://localhost:1/a/../b/./c/..", "ws://localhost:1/%2e%2e/a", "ws://localhost:1/..", "ws://localhost:1//a//b", "ws://localhost:1/a;b,c:d@e!$&'()*+=~_-.",
            "ws://user@localhost:1/", "ws://user:pass@localhost:1/", "ws://us er:p@ss@localhost:1/", "ws://:@localhost:1/", "ws://@localhost:1/", "ws://user:@localhost:1/",
            "ws://localhost:65535/", "ws://localhost:65536/", "ws://localhost:-1/", "ws://localhost:x/", "ws://localhost:/", "ws://localhost:0/", "ws://localhost:00001/",
            "ws://127.0.0.1:1/", "ws://127.1:1/", "ws://2130706433:1/", "ws://0x7f000001:1/", "ws://0177.0.0.1:1/", "ws://256.0.0.1:1/", "ws://1.2.3.4.5:1/", "ws://127.0.0.1.:1/", "ws://a.1:1/",
            "ws://[::1]:1/", "ws://[0:0::1]:1/", "ws://[::FFFF:127.0.0.1]:1/", "ws://[::1:1/", "ws://[::g]:1/", "ws://[fe80::1%25eth0]:1/", "ws://[1:2:0:0:5:0:0:8]:1/",
            "ws://bücher.example:1/", "ws://BÜCHER.example:1/", "ws://faß.example:1/", "ws://xn--bcher-kva.example:1/", "ws://ex%61mple.org:1/", "ws://a b:1/", "ws://a<b:1/", "ws://a^b:1/", "ws://a%00b:1/", "ws://a_b:1/", "ws://-a-:1/", "ws://a..b:1/",
            "ws://example.org.:1/", "ws://ａ.example:1/", "ws://a\u00ADb.example:1/", "ws://xn--a:1/", "ws://%:1/", "ws://localhost:1/\u20AC",
        ];
        return urls.Select(url => new ApiCall($"url {Quote(url)}", $"(s => {{ s.close(); return s.url; }})(new WebSocket({Quote(url)}))", () => Url(url)));
    }

    private static IEnumerable<ApiCall> Subprotocols()
    {
        const string Address = "ws://localhost:1/";
        string[][] lists =
        [
            [], ["a"], ["a", "b"], [""], [" "], ["a b"], ["a,b"], ["a", "a"], ["a", "A"], ["\u00E9"], ["\t"], ["a/b"], ["a@b"], ["[a]"], ["{a}"], ["\"a\""], ["a\\b"], ["(a)"], ["a:b"], ["a;b"], ["a=b"], ["a?b"], ["<a>"],
            ["!#$%&'*+-.^_`|~"], ["0"], ["\u007F"], ["\0"], ["a", ""], ["a", "b", "a"], ["\u017F", "s"],
        ];
        foreach (string[] list in lists) yield return new($"new WebSocket('{Address}', {Quote(list)})", () => new WebSocket(Address, list));
        yield return new($"new WebSocket('{Address}', 'a')", () => new WebSocket(Address, "a"));
        yield return new($"new WebSocket('{Address}', '')", () => new WebSocket(Address, ""));
        yield return new($"new WebSocket('{Address}', new Set(['a', 'b']))", () => new WebSocket(Address, new HashSet<string> { "a", "b" }));
        yield return new($"new WebSocket('{Address}', undefined)", () => new WebSocket(Address));
        yield return new("new WebSocket('ftp://localhost:1/', ['a b'])", () => new WebSocket("ftp://localhost:1/", "a b"));
    }

    private static IEnumerable<ApiCall> Attributes()
    {
        const string New = "new WebSocket('ws://localhost:1/')";
        yield return new(New, () => new WebSocket("ws://localhost:1/"));
        yield return new("[WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED]", () => $"{WebSocket.CONNECTING},{WebSocket.OPEN},{WebSocket.CLOSING},{WebSocket.CLOSED}");
        yield return new($"(s => {{ s.binaryType = 'arraybuffer'; return s; }})({New})", () => new WebSocket("ws://localhost:1/") { BinaryType = BinaryType.ArrayBuffer });
        yield return new($"(s => {{ s.onclose = null; s.onopen = undefined; return s; }})({New})", () => new WebSocket("ws://localhost:1/") { OnClose = null, OnOpen = null });
        yield return new($"(s => {{ s.close(); return s; }})({New})", () => Closed(s => s.Close()));
        foreach (ushort code in new ushort[] { 0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 4999, 5000, 65535 })
            yield return new($"(s => {{ s.close({code}); return s; }})({New})", () => Closed(s => s.Close(code)));
        yield return new($"(s => {{ s.close(4000, 'x'.repeat(123)); return s; }})({New})", () => Closed(s => s.Close(4000, new string('x', 123))));
        yield return new($"(s => {{ s.close(4000, 'x'.repeat(124)); return s; }})({New})", () => Closed(s => s.Close(4000, new string('x', 124))));
        yield return new($"(s => {{ s.close(4000, '\u20AC'.repeat(42)); return s; }})({New})", () => Closed(s => s.Close(4000, new string('\u20AC', 42))));
        yield return new($"(s => {{ s.close(999, 'x'.repeat(124)); return s; }})({New})", () => Closed(s => s.Close(999, new string('x', 124))));
        yield return new($"(s => {{ s.close(undefined, 'x'.repeat(124)); return s; }})({New})", () => Closed(s => s.Close(null, new string('x', 124))));
        yield return new($"(s => {{ try {{ s.close(999); }} catch {{ }} return s; }})({New})", () =>
        {
            var s = new WebSocket("ws://localhost:1/");
            try
            {
                s.Close(999);
            }
            catch (DomException)
            {
                // The state is what is looked at.
            }

            return s;
        });
        yield return new($"(s => {{ s.close(); s.send('late'); return s; }})({New})", () => Closed(s =>
        {
            s.Close();
            s.Send("late");
        }));
        yield return new($"{New}.send('')", () =>
        {
            new WebSocket("ws://localhost:1/").Send("");
            return "undefined";
        });
        yield return new($"{New}.dispatchEvent(new CloseEvent('close', {{ cancelable: true }}))", () => new WebSocket("ws://localhost:1/").DispatchEvent(new CloseEvent("close", new() { Cancelable = true })));
        yield return new(
            $"(s => {{ const seen = []; s.onclose = e => {{ e.preventDefault(); seen.push(e.code, e.isTrusted, e.eventPhase, e.target === s, s.readyState); }}; seen.push(s.dispatchEvent(new CloseEvent('close', {{ code: 7, cancelable: true }}))); return seen; }})({New})",
            () =>
            {
                WebSocket s = new WebSocket("ws://localhost:1/");
                List<object> seen = [];
                s.OnClose = e =>
                {
                    e.PreventDefault();
                    seen.AddRange([e.Code, e.IsTrusted, e.EventPhase, e.Target == s, s.ReadyState]);
                };
                seen.Add(s.DispatchEvent(new CloseEvent("close", new() { Code = 7, Cancelable = true })));
                return string.Join(',', seen).ToLowerInvariant();
            });
    }

    private static IEnumerable<ApiCall> CloseEvents()
    {
        yield return new("new CloseEvent('close')", () => new CloseEvent("close"));
        yield return new("new CloseEvent('')", () => new CloseEvent(""));
        yield return new("new CloseEvent('Close', {})", () => new CloseEvent("Close", new()));
        yield return new("new CloseEvent('close', null)", () => new CloseEvent("close", null));
        yield return new("new CloseEvent('close', undefined)", () => new CloseEvent("close", null));
        yield return new("new CloseEvent()", () => new CloseEvent((string)null!));
        foreach (ushort code in new ushort[] { 0, 1, 999, 1000, 1005, 1006, 1015, 4999, 65535 })
            yield return new($"new CloseEvent('close', {{ code: {code} }})", () => new CloseEvent("close", new() { Code = code }));
        yield return new("new CloseEvent('close', { reason: 'bye', wasClean: true })", () => new CloseEvent("close", new() { Reason = "bye", WasClean = true }));
        yield return new("new CloseEvent('close', { reason: 'x'.repeat(200) })", () => new CloseEvent("close", new() { Reason = new string('x', 200) }));
        yield return new(@"new CloseEvent('close', { reason: 'a\ud83db' })", () => new CloseEvent("close", new() { Reason = "a\uD83Db" }));
        yield return new("new CloseEvent('close', { bubbles: true, cancelable: true, composed: true })", () => new CloseEvent("close", new() { Bubbles = true, Cancelable = true, Composed = true }));
        yield return new("new CloseEvent('close') instanceof Event", () => new CloseEvent("close") is Event);
    }

    private static WebSocket Closed(Action<WebSocket> act)
    {
        var socket = new WebSocket("ws://localhost:1/");
        act(socket);
        return socket;
    }

    private static string Url(string url)
    {
        var socket = new WebSocket(url);
        socket.Close();
        return socket.Url;
    }

    private static string Quote<T>(T value) => JsonSerializer.Serialize(value);
}
