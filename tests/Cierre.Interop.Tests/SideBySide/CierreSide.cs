using Cierre.Browser;
using Cierre.TestKit;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>A situation's application in C#, on one thread as a page has it. It tells in the same words as <see cref="ScriptSide"/>.</summary>
internal static class CierreSide
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWord = TimeSpan.FromSeconds(2);

    public static async Task<string> RunAsync(Situation situation, string url)
    {
        using var loop = new EventLoop();
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => Start(situation, url, loop, told));
        string seen = await told.Task.WaitAsync(Bound);
        await loop.EndAsync();
        return seen;
    }

    private static void Start(Situation situation, string url, EventLoop loop, TaskCompletionSource<string> told)
    {
        List<string> seen = [];
        long neverSent = 0;
        var s = new WebSocket(url, situation.Protocols);
        s.OnOpen = _ =>
        {
            seen.Add($"open {s.ReadyState}, protocol '{s.Protocol}', extensions '{s.Extensions}'");
            Do("open");
        };
        s.OnMessage = e =>
        {
            seen.Add($"message {Quote((string)e.Data!)} {s.ReadyState}");
            Do("message");
        };
        s.OnError = _ =>
        {
            seen.Add($"error {s.ReadyState}");
            Do("error");
        };
        s.OnClose = e =>
        {
            seen.Add($"close {e.Code} {Quote(e.Reason)} {(e.WasClean ? "clean" : "not clean")} {s.ReadyState}");
            Do("close");
            AtLast(TimeProvider.System.GetTimestamp());
        };
        Do("new");

        // A server that cuts as soon as it has our message may be faster than the word that the message was taken: that word is waited for.
        void AtLast(long since) => loop.Post(() =>
        {
            if (s.BufferedAmount != neverSent && TimeProvider.System.GetElapsedTime(since) < LongestWord)
            {
                AtLast(since);
            }
            else
            {
                seen.Add($"at last {s.ReadyState}, {s.BufferedAmount} buffered, protocol '{s.Protocol}', extensions '{s.Extensions}', url as given: {(s.Url == url ? "true" : "false")}");
                told.SetResult(string.Join('\n', seen));
            }
        });

        void Do(string moment)
        {
            foreach (Act act in situation.At(moment))
            {
                try
                {
                    long before = s.BufferedAmount;
                    act.Ours(s);
                    if (s.ReadyState > WebSocket.OPEN) neverSent += s.BufferedAmount - before;
                    seen.Add($"{act.Name}: {s.ReadyState}, {s.BufferedAmount} buffered");
                }
                catch (DomException e)
                {
                    seen.Add($"{act.Name}: {e.Name}");
                }
            }
        }
    }

    private static string Quote(string text) => text.Length > 20 ? $"{text.Length} characters" : $"'{text}'";
}
