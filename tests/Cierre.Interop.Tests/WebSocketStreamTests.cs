using System.Threading.Channels;
using Cierre.Browser;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>Chromium's WebSocketStream and ours, side by side: the same situation against the same raw server, and both tell what they saw.</summary>
public sealed class WebSocketStreamTests(ChromiumPage page) : IClassFixture<ChromiumPage>
{
    private static readonly Dictionary<string, Situation> All = new()
    {
        ["close without an argument"] = new(Answers, "s => s.close()", (s, _) => s.Close()),
        ["close with a reason"] = new(Answers, "s => s.close({ reason: 'why' })", (s, _) => s.Close(new() { Reason = "why" })),
        ["close with code and reason"] = new(
            Answers, "s => s.close({ closeCode: 3456, reason: 'pizza' })", (s, _) => s.Close(new() { CloseCode = 3456, Reason = "pizza" })),
        ["writer closed"] = new(Answers, "(s, o) => o.writable.getWriter().close()", (_, o) => o.Writable.Complete()),
        ["writer aborted"] = new(Answers, "(s, o) => o.writable.abort()", (_, o) => o.Writable.Abort()),
        ["writer aborted with an error that is none of ours"] = new(
            Answers, "(s, o) => o.writable.abort({ closeCode: 3456, reason: 'set' })", (_, o) => o.Writable.Abort(new InvalidOperationException("set"))),
        ["writer aborted with a WebSocketError"] = new(
            Answers,
            "(s, o) => o.writable.abort(new WebSocketError('', { closeCode: 4001, reason: 'mine' }))",
            (_, o) => o.Writable.Abort(new WebSocketError("", new() { CloseCode = 4001, Reason = "mine" }))),
        ["reader cancelled"] = new(Answers, "(s, o) => o.readable.cancel()", (_, o) => o.Readable.Cancel()),
        ["reader cancelled with a WebSocketError without a code"] = new(
            Answers, "(s, o) => o.readable.cancel(new WebSocketError('', { reason: 'mine' }))", (_, o) => o.Readable.Cancel(new WebSocketError("", new() { Reason = "mine" }))),
        ["loop left"] = new(
            async peer =>
            {
                await peer.SendTextAsync("one");
                return await Answers(peer);
            },
            "async (s, o) => { for await (const chunk of o.readable) break; }",
            async (_, o) =>
            {
                await foreach (WebSocketChunk chunk in o.Readable) break;
            }),
        ["server closes"] = new(peer => Closes(peer, 1001, "bye"), "() => {}", (_, _) => { }),
        ["server closes with an empty body"] = new(
            async peer =>
            {
                await peer.SendFrameAsync(8);
                return Said(await peer.ReadFrameAsync());
            },
            "() => {}",
            (_, _) => { }),
        ["connection lost"] = new(_ => Task.FromResult("-"), "() => {}", (_, _) => { }),
        ["server breaks a rule"] = new(
            async peer =>
            {
                await peer.SendFrameAsync(3);
                return $"{(await peer.ReadFrameAsync()).CloseCode}";
            },
            "() => {}",
            (_, _) => { }),
        ["written to after a clean close"] = new(
            peer => Closes(peer, 1000, ""),
            "async (s, o) => { await s.closed; try { await o.writable.getWriter().write('late'); return 'written'; } catch (e) { return e.name; } }",
            async (s, o) =>
            {
                await s.Closed;
                return await TryAsync(async () => await o.Writable.WriteAsync("late"));
            }),
        ["written to after the connection was lost"] = new(
            _ => Task.FromResult("-"),
            "async (s, o) => { await s.closed.catch(() => {}); try { await o.writable.getWriter().write('late'); return 'written'; } catch (e) { return e.name; } }",
            async (s, o) =>
            {
                await s.Closed.ContinueWith(_ => { }, TaskScheduler.Default);
                return await TryAsync(async () => await o.Writable.WriteAsync("late"));
            }),
        ["read to the end"] = new(
            async peer =>
            {
                await peer.SendTextAsync("text");
                await peer.SendFrameAsync(2, new byte[] { 1, 2, 3 });
                return await Closes(peer, 4000, "");
            },
            "async (s, o) => { const all = []; for await (const chunk of o.readable) all.push(typeof chunk === 'string' ? chunk : chunk.byteLength + ' bytes'); return all.join(); }",
            async (_, o) =>
            {
                List<WebSocketChunk> all = [];
                await foreach (WebSocketChunk chunk in o.Readable) all.Add(chunk);
                return string.Join(',', all);
            }),
    };

    /// <summary>Streams that do not open: what the server answers, and the stream in both languages.</summary>
    private static readonly Dictionary<string, (Func<RawPeer, Task> Server, string Script, Func<string, WebSocketStream> Ours)> Unopened = new()
    {
        ["refused"] = (peer => peer.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), "new WebSocketStream(url)", url => new WebSocketStream(url)),
        ["no subprotocol chosen"] = (
            peer => peer.SwitchProtocolsAsync(), "new WebSocketStream(url, { protocols: ['a'] })", url => new WebSocketStream(url, new() { Protocols = ["a"] })),
        ["closed at once"] = (
            peer => peer.ReadToEndAsync(),
            "(s => { s.close({ closeCode: 4000 }); return s; })(new WebSocketStream(url))",
            url =>
            {
                var stream = new WebSocketStream(url);
                stream.Close(new() { CloseCode = 4000 });
                return stream;
            }),
        ["signal aborted before"] = (
            peer => peer.ReadToEndAsync(), "new WebSocketStream(url, { signal: AbortSignal.abort() })", url => new WebSocketStream(url, new() { Signal = new(canceled: true) })),
        ["signal aborted meanwhile"] = (
            peer => peer.ReadToEndAsync(),
            "(c => { setTimeout(() => c.abort(), 100); return new WebSocketStream(url, { signal: c.signal }); })(new AbortController())",
            url => new WebSocketStream(url, new() { Signal = new CancellationTokenSource(100).Token })),
    };

    private static readonly Dictionary<string, (string Script, Func<Task<string>> Ours)> Calls = new()
    {
        ["another scheme"] = New("'ftp://localhost/'", () => new WebSocketStream("ftp://localhost/")),
        ["fragment"] = New("'ws://localhost/#x'", () => new WebSocketStream("ws://localhost/#x")),
        ["no host"] = New("'ws://'", () => new WebSocketStream("ws://")),
        ["subprotocol twice"] = New("'ws://localhost:1/', { protocols: ['a', 'a'] }", () => new WebSocketStream("ws://localhost:1/", new() { Protocols = ["a", "a"] })),
        ["subprotocol with a space"] = New("'ws://localhost:1/', { protocols: ['a b'] }", () => new WebSocketStream("ws://localhost:1/", new() { Protocols = ["a b"] })),
        ["url"] = Value("new WebSocketStream('HTTPS://LocalHost:443').url", () => new WebSocketStream("HTTPS://LocalHost:443").Url),
        ["error code 1001"] = Value("new WebSocketError('', { closeCode: 1001 })", () => new WebSocketError("", new() { CloseCode = 1001 })),
        ["error reason too long"] = Value("new WebSocketError('', { reason: 'x'.repeat(124) })", () => new WebSocketError("", new() { Reason = new string('x', 124) })),
        ["error code and reason wrong"] = Value(
            "new WebSocketError('', { closeCode: 999, reason: 'x'.repeat(124) })", () => new WebSocketError("", new() { CloseCode = 999, Reason = new string('x', 124) })),
        ["error without arguments"] = Value(
            "(e => [e.name, e.message, e.code, e.closeCode, e.reason].join())(new WebSocketError())", () => Tell(new WebSocketError())),
        ["error with a reason"] = Value(
            "(e => [e.name, e.message, e.code, e.closeCode, e.reason].join())(new WebSocketError('m', { reason: 'r' }))", () => Tell(new WebSocketError("m", new() { Reason = "r" }))),
        ["error with a lone surrogate"] = Value(
            "(e => [e.name, e.message, e.code, e.closeCode, e.reason].join())(new WebSocketError('m', { reason: '\\ud800' }))",
            () => Tell(new WebSocketError("m", new() { Reason = "\ud800" }))),
    };

    public static TheoryData<string> Situations => [.. All.Keys];

    public static TheoryData<string> UnopenedOf => [.. Unopened.Keys];

    public static TheoryData<string> CallsOf => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Same_situation_ends_the_same(string name)
    {
        Situation situation = All[name];
        string theirs = await AgainstServerAsync(situation, url => page.RunAsync(Script(situation.Script), url));
        string ours = await AgainstServerAsync(situation, url => OursAsync(url, situation.Ours));
        TestContext.Current.TestOutputHelper?.WriteLine(ours);
        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(UnopenedOf))]
    public async Task Opening_that_fails_fails_both_the_same_way(string name)
    {
        (Func<RawPeer, Task> script, string theirs, Func<string, WebSocketStream> ours) = Unopened[name];
        await using var server = RawServer.Start(script, switchProtocols: false);
        string url = server.Url.ToString();
        string expected = await page.RunAsync(
            $$"""
            async url => {
                const tell = promise => promise.then(() => 'fulfilled', e => e.name === 'AbortError' ? e.name : `${e.name} ${e.closeCode ?? ''} '${e.reason}'`);
                const stream = {{theirs}};
                return `${await tell(stream.opened)}; ${await tell(stream.closed)}`;
            }
            """,
            url);
        WebSocketStream stream = ours(url);
        Assert.Equal(expected, $"{await EndOf(stream.Opened)}; {await EndOf(stream.Closed)}");
    }

    [Theory]
    [MemberData(nameof(CallsOf))]
    public async Task Same_call_gives_the_same(string name)
    {
        (string script, Func<Task<string>> ours) = Calls[name];
        string theirs = await page.RunAsync($"async () => {{ try {{ return String({script}); }} catch (e) {{ return e.name; }} }}", "");
        Assert.Equal(theirs, await ours());
    }

    private static async Task<string> AgainstServerAsync(Situation situation, Func<string, Task<string>> client)
    {
        var saw = new TaskCompletionSource<string>();
        await using var server = RawServer.Start(async peer => saw.SetResult(await situation.Server(peer)));
        return $"{await client(server.Url.ToString())}; the server got {await saw.Task.WaitAsync(TimeSpan.FromSeconds(20))}";
    }

    private static string Script(string act) => $$"""
        async url => {
            const stream = new WebSocketStream(url);
            let acted;
            try { acted = await ({{act}})(stream, await stream.opened); } catch (e) { acted = e.name; }
            const end = await stream.closed.then(i => `closed ${i.closeCode} '${i.reason}'`, e => `${e.name} ${e.closeCode} '${e.reason}'`);
            return `${typeof acted === 'string' ? acted + '; ' : ''}${end}`;
        }
        """;

    private static async Task<string> OursAsync(string url, Func<WebSocketStream, WebSocketOpenInfo, Task<string?>> act)
    {
        var stream = new WebSocketStream(url);
        string? acted = await act(stream, await stream.Opened);
        string end;
        try
        {
            var (code, reason) = await stream.Closed.WaitAsync(TimeSpan.FromSeconds(20));
            end = $"closed {code} '{reason}'";
        }
        catch (WebSocketError e)
        {
            end = $"{e.Name} {e.CloseCode} '{e.Reason}'";
        }

        return $"{(acted is null ? "" : acted + "; ")}{end}";
    }

    /// <summary>A cancelled task is what an AbortError is in JavaScript.</summary>
    private static async Task<string> EndOf(Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(20));
            return "fulfilled";
        }
        catch (OperationCanceledException)
        {
            return "AbortError";
        }
        catch (WebSocketError e)
        {
            return $"{e.Name} {e.CloseCode} '{e.Reason}'";
        }
    }

    private static async Task<string?> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return "written";
        }
        catch (ChannelClosedException e)
        {
            return ((DomException)e.InnerException!).Name;
        }
    }

    private static async Task<string> Answers(RawPeer peer)
    {
        RawFrame close = await peer.ReadFrameAsync();
        await peer.SendFrameAsync(close.Opcode, close.Payload);
        return Said(close);
    }

    private static async Task<string> Closes(RawPeer peer, int code, string reason)
    {
        await peer.SendCloseAsync(code, reason);
        return $"{(await peer.ReadFrameAsync()).CloseCode}";
    }

    private static string Said(RawFrame frame) => frame.Opcode == 8 ? $"{frame.CloseCode ?? 1005} '{frame.CloseReason}'" : $"opcode {frame.Opcode}";

    private static string Tell(WebSocketError error) => string.Join(',', error.Name, error.Message, error.Code, error.CloseCode, error.Reason);

    private static (string Script, Func<Task<string>> Ours) New(string arguments, Func<WebSocketStream> ours) => Value($"new WebSocketStream({arguments})", ours);

    private static (string Script, Func<Task<string>> Ours) Value(string script, Func<object> ours) => (script, () =>
    {
        try
        {
            return Task.FromResult($"{ours()}");
        }
        catch (DomException e)
        {
            return Task.FromResult(e.Name);
        }
    });

    /// <summary>What the server does and what it saw; what the page does with the stream and what it opened with; the same in C#.</summary>
    private sealed record Situation(Func<RawPeer, Task<string>> Server, string Script, Func<WebSocketStream, WebSocketOpenInfo, Task<string?>> Ours)
    {
        public Situation(Func<RawPeer, Task<string>> server, string script, Action<WebSocketStream, WebSocketOpenInfo> ours)
            : this(server, script, (stream, info) =>
            {
                ours(stream, info);
                return Task.FromResult<string?>(null);
            })
        {
        }

        public Situation(Func<RawPeer, Task<string>> server, string script, Func<WebSocketStream, WebSocketOpenInfo, Task> ours)
            : this(server, script, async (stream, info) =>
            {
                await ours(stream, info);
                return (string?)null;
            })
        {
        }
    }
}
