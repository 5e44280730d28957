using Cierre.Browser;
using Cierre.TestKit;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>An expression of JavaScript, and the same in C#. What both come to is told in the same words: an object's attributes, or the name of the exception.</summary>
/// <param name="Name">The call, for a reader.</param>
public sealed record ApiCall(string Name, string Script, Func<object?> Ours)
{
    public ApiCall(string script, Func<object?> ours)
        : this(script, script, ours) { }

    /// <summary>Tells of a value in JavaScript.</summary>
    public string Function => $$"""
        async () => {
            const tell = value => {
                if (value instanceof WebSocket) {
                    const { url, readyState, bufferedAmount, protocol, extensions, binaryType, onopen, onmessage, onerror, onclose } = value;
                    value.close();
                    return `${url} ${readyState} ${bufferedAmount} '${protocol}' '${extensions}' ${binaryType} ${onopen} ${onmessage} ${onerror} ${onclose}`;
                }
                if (value instanceof CloseEvent) {
                    const { type, bubbles, cancelable, composed, isTrusted, defaultPrevented, eventPhase, target, code, reason, wasClean } = value;
                    return [type, bubbles, cancelable, composed, isTrusted, defaultPrevented, eventPhase, target, code, reason, wasClean].join();
                }
                return String(value);
            };
            try {
                // A page resolves relative URLs against its own, whose port is another one each time.
                const told = tell({{Script}});
                return globalThis.location ? told.replace(location.host, 'page') : told;
            } catch (e) {
                return e.name;
            }
        }
        """;

    /// <summary>Tells of our value: on one thread, as a script has it, so that no event comes before the call has ended.</summary>
    public async Task<string> RunAsync()
    {
        using var loop = new EventLoop();
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => told.SetResult(Run()));
        // Only then: a loop that takes nothing more would leave the socket's events to the pool.
        string result = await told.Task;
        await loop.EndAsync();
        return result;
    }

    private string Run()
    {
        try
        {
            return Tell(Ours());
        }
        catch (DomException e)
        {
            return e.Name;
        }
        catch (ArgumentNullException)
        {
            return "TypeError"; // what JavaScript throws where an argument is missing
        }
    }

    private static string Tell(object? value) => value switch
    {
        WebSocket s => Told(s),
        CloseEvent e => string.Join(
            ',', new object?[] { e.Type, e.Bubbles, e.Cancelable, e.Composed, e.IsTrusted, e.DefaultPrevented, e.EventPhase, e.Target, e.Code, e.Reason, e.WasClean }.Select(v => v is null ? "" : Tell(v))),
        null => "null",
        bool flag => flag ? "true" : "false",
        _ => $"{value}",
    };

    private static string Told(WebSocket s)
    {
        string told = $"{s.Url} {s.ReadyState} {s.BufferedAmount} '{s.Protocol}' '{s.Extensions}' {s.BinaryType.ToString().ToLowerInvariant()} {Tell(s.OnOpen)} {Tell(s.OnMessage)} {Tell(s.OnError)} {Tell(s.OnClose)}";
        s.Close();
        return told;
    }
}
