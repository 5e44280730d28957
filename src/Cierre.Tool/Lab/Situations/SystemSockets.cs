using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>A server's program that is written on System.Net.WebSockets and runs on Cierre: the peer's close is the program's to answer, data behind its own
/// close still comes, and an object that is disposed says so to the peer.</summary>
internal static class SystemSockets
{
    private const string Last = "one thing more";

    // How long the server waits for the program's answer, how late that comes, and how long the client waits for the server: each is longer than the one
    // before.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(0.5), Late = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(6);

    private static readonly CloseFrame Bye = new(CloseCodes.NormalClosure, "that was all");
    private static readonly CloseFrame Own = new(4100, "a code of the program's own");
    private static readonly CloseFrame Away = new(CloseCodes.GoingAway, "the connection object was disposed without a close");

    private static readonly ExpectedClose OwnCode = ExpectedClose.ByUs(Bye, CloseCause.Requested) with { Code = Own.Code, Received = Own };
    private static readonly ExpectedClose Echo = ExpectedClose.ByUs(Bye, CloseCause.Requested);

    public static Situation[] Create() =>
    [
        OfClientsClose("system-own-code", "the client closes, and the server's program, on System.Net.WebSockets, sends on and answers with a code of its own",
            new SystemProgram(AnswerAsync, "system-own-code") { ClientOfFramework = OwnCode }) with
        {
            Client = OwnCode,
            Server = ExpectedClose.ByPeer(Bye) with { Sent = Own },
        },
        OfClientsClose("system-too-late", "the client closes, and the server's program, on System.Net.WebSockets, answers after the close timeout",
            new SystemProgram(AnswerTooLateAsync, "system-too-late") { CloseTimeout = CloseTimeout, ClientOfFramework = OwnCode }),
        OfClientsClose("system-no-answer", "the client closes, and the server's program, on System.Net.WebSockets, never answers",
            new SystemProgram(NeverAnswerAsync, "system-no-answer")
            {
                CloseTimeout = CloseTimeout,
                ClientOfFramework = ExpectedClose.Unanswered(Bye, CloseCause.CloseTimeout),
            }),
        OfClientsClose("system-disposes-unanswered", "the client closes, and the server's program, on System.Net.WebSockets, disposes of its socket unanswered",
            new SystemProgram(ReadToCloseAsync, "system-disposes-unanswered")
            {
                ClientOfFramework = ExpectedClose.Unanswered(Bye, CloseCause.EndOfStream),
            }),
        Disposed(),
        DataBehindClose(),
    ];

    /// <summary>The close of the client, answered by Cierre where the program does not.</summary>
    private static Situation OfClientsClose(string name, string description, SystemProgram program) => new(name, description)
    {
        Program = program,
        Client = Echo,
        Server = ExpectedClose.ByPeer(Bye),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync(options => options.CloseTimeout = Patience);
            return await client.CloseAsync(Bye);
        },
    };

    private static Situation Disposed() => new("system-disposes", "the server's program, on System.Net.WebSockets, disposes of its socket without a close")
    {
        // At the first message: an opening that breaks while a browser reads on is one that failed to it.
        Program = new SystemProgram(ReceiveAsync, "system-disposes") { ClientOfFramework = ExpectedClose.Lost(CloseCause.EndOfStream) },
        Client = ExpectedClose.ByPeer(Away),
        Server = ExpectedClose.ByUs(Away, CloseCause.Disposed),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await client.SendAsync("hello");
            return await client.Closed;
        },
    };

    private static Situation DataBehindClose() => new(
        "system-data-behind-close", "the server's program, on System.Net.WebSockets, closes, and the client sends a message more before it answers")
    {
        Program = new SystemProgram(CloseAndReadOnAsync, "system-data-behind-close"),
        Server = ExpectedClose.ByUs(Bye, CloseCause.Requested),
        Play = async run =>
        {
            using RawPeer client = await AgainstRawPeer.OpenAsync(run.Url);
            await client.ReadCloseAsync();
            await client.SendTextAsync(Last);
            await client.SendCloseAsync(Bye.Code);
            await run.ProgramOver;
            await client.ReadToEndAsync();
            return null;
        },
    };

    private static async Task CloseAndReadOnAsync(WebSocket socket)
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, Bye.Reason, CancellationToken.None);
        string text = await ReadToCloseAsync(socket);
        if (text != Last) throw new InvalidOperationException($"Behind its close the program received '{text}', not '{Last}'.");
    }

    private static async Task AnswerAsync(WebSocket socket)
    {
        await ReadToCloseAsync(socket);
        await socket.SendAsync("wait"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        await socket.CloseAsync((WebSocketCloseStatus)Own.Code, Own.Reason, CancellationToken.None);
    }

    private static async Task AnswerTooLateAsync(WebSocket socket)
    {
        await ReadToCloseAsync(socket);
        await Task.Delay(Late);
        await socket.CloseOutputAsync((WebSocketCloseStatus)Own.Code, Own.Reason, CancellationToken.None);
    }

    /// <summary>Nobody waits for longer.</summary>
    private static async Task NeverAnswerAsync(WebSocket socket)
    {
        await ReadToCloseAsync(socket);
        long begun = Stopwatch.GetTimestamp();
        while (socket.State == WebSocketState.CloseReceived && Stopwatch.GetElapsedTime(begun) < Patience + Late) await Task.Delay(CloseTimeout / 10);
    }

    private static async Task ReceiveAsync(WebSocket socket) => await socket.ReceiveAsync(new byte[16], CancellationToken.None);

    /// <summary>All that came before the close frame.</summary>
    private static async Task<string> ReadToCloseAsync(WebSocket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[64];
        while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } piece)
            text.Append(Encoding.UTF8.GetString(buffer, 0, piece.Count));
        return text.ToString();
    }
}
