using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>A close between the fragments of a message: answered at once, and the unfinished message is never delivered.</summary>
internal static class InsideMessage
{
    private static readonly CloseFrame ChangedMind = new(CloseCodes.NormalClosure, "never mind");
    private static readonly CloseFrame HeardEnough = new(4003, "heard enough");

    /// <summary>By the side whose message it is.</summary>
    public static Situation[] OfItsOwn() =>
    [
        AgainstRawPeer.AtServer("1000-inside-message", "a client that closes inside its own message", ExpectedClose.ByPeer(ChangedMind),
            BeginThenCloseAsync) with { Handler = ExpectNothingAsync },
        AgainstRawPeer.AtClient("1000-inside-message", "a server that closes inside its own message", ExpectedClose.ByPeer(ChangedMind), BeginThenCloseAsync,
            client: client => client.ExpectNothingAsync()),
    ];

    /// <summary>By the other side: the answer goes out between the fragments.</summary>
    public static Situation OfTheOther() => new("4003-inside-message", "the server closes inside the client's message")
    {
        Handler = async connection =>
        {
            await using WebSocketMessageStream? message = await connection.ReceiveStreamAsync();
            await connection.CloseAsync(HeardEnough.Code, HeardEnough.Reason);
        },
        InPage = PageRole.Otherwise("whole-message"),
        Client = ExpectedClose.ByPeer(HeardEnough),
        Server = ExpectedClose.ByUs(HeardEnough, CloseCause.Requested),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await client.SendInPartsAsync(1, isFinished: false);
            return await client.Closed;
        },
    };

    private static async Task BeginThenCloseAsync(RawPeer peer)
    {
        await peer.SendFrameAsync(1, "once upon a time"u8.ToArray(), fin: false);
        await peer.SendCloseAsync(ChangedMind.Code, "never mind");
        await peer.ReadCloseAsync();
    }

    private static async Task ExpectNothingAsync(WebSocketConnection connection)
    {
        if (await connection.ReceiveAsync() is not null) throw new InvalidOperationException("An unfinished message was delivered.");
    }
}
