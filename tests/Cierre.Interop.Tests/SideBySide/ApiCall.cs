using Cierre.Browser;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>An expression of JavaScript, and the same in C#. What both come to is told in the same words: an object's attributes, or the name of the exception.</summary>
/// <param name="Ours">Makes the value from the address of a server that accepts.</param>
public sealed record ApiCall(string Script, Func<object?> Ours)
{
    /// <summary>Tells of a value in JavaScript.</summary>
    public string Function => $$"""
        async () => {
            const tell = value => {
                if (value instanceof WebSocket) {
                    const { url, readyState, bufferedAmount, protocol, extensions, binaryType, onopen, onmessage, onerror, onclose } = value;
                    // A page resolves relative URLs against its own, whose port is another one each time.
                    const place = globalThis.location ? url.replace(location.host, 'page') : url;
                    return `${place} ${readyState} ${bufferedAmount} '${protocol}' '${extensions}' ${binaryType} ${onopen} ${onmessage} ${onerror} ${onclose}`;
                }
                if (value instanceof CloseEvent) {
                    const { type, bubbles, cancelable, composed, isTrusted, defaultPrevented, eventPhase, target, code, reason, wasClean } = value;
                    return [type, bubbles, cancelable, composed, isTrusted, defaultPrevented, eventPhase, target, code, reason, wasClean].join();
                }
                return String(value);
            };
            try {
                return tell({{Script}});
            } catch (e) {
                return e.name;
            }
        }
        """;

    /// <summary>Tells of our value.</summary>
    public string Run()
    {
        try
        {
            return Tell(Ours());
        }
        catch (DomException e)
        {
            return e.Name;
        }
        catch (ArgumentException)
        {
            return "TypeError"; // what JavaScript throws at an argument of the wrong kind
        }
    }

    private static string Tell(object? value) => value switch
    {
        WebSocket s => $"{s.Url} {s.ReadyState} {s.BufferedAmount} '{s.Protocol}' '{s.Extensions}' {s.BinaryType.ToString().ToLowerInvariant()} {Tell(s.OnOpen)} {Tell(s.OnMessage)} {Tell(s.OnError)} {Tell(s.OnClose)}",
        CloseEvent e => string.Join(
            ',', new object?[] { e.Type, e.Bubbles, e.Cancelable, e.Composed, e.IsTrusted, e.DefaultPrevented, e.EventPhase, e.Target, e.Code, e.Reason, e.WasClean }.Select(v => v is null ? "" : Tell(v))),
        null => "null",
        bool flag => flag ? "true" : "false",
        _ => $"{value}",
    };
}
