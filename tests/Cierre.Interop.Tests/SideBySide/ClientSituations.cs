using Cierre.TestKit;
using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>The application closes, and what happens around it.</summary>
internal static class ClientSituations
{
    public static IEnumerable<Situation> All => ClientCloses().Concat(BothClose());

    private static IEnumerable<Situation> ClientCloses()
    {
        yield return new("close while connecting", Waits) { AnswersItself = true, New = [Act.Close()] };
        yield return new("close with code and reason while connecting", Waits) { AnswersItself = true, New = [Act.Close(4000, "mine")] };
        yield return new("close while connecting, twice", Waits) { AnswersItself = true, New = [Act.Close(4000, "mine"), Act.Close(4001, "again")] };
        yield return new("close with what it refuses, while connecting", Waits) { AnswersItself = true, New = [.. ArgumentSituations.Refused, Act.Close()] };
        yield return new("send while connecting", Waits) { AnswersItself = true, New = [Act.Send("early"), Act.Close()] };
        yield return new("send while connecting, after close", Waits) { AnswersItself = true, New = [Act.Close(), Act.Send("early")] };
        yield return new("close twice", Answers) { Open = [Act.Close(4000, "mine"), Act.Close(4001, "again")] };
        yield return new("close in every handler", async peer =>
        {
            await peer.SendTextAsync("a");
            return await Answers(peer);
        })
        { Message = [Act.Close(4000, "message")], Error = [Act.Close(4001, "error")], Close = [Act.Close(4002, "close"), Act.Close()] };
        yield return new("close behind messages of ours", Answers) { Open = [Act.Send("a"), Act.Send("b"), Act.Close(4000, "mine")] };
        yield return new("send after close", Answers) { Open = [Act.Close(4000, "mine"), Act.Send("late"), Act.Send("\u20AC")], Close = [Act.Send("later")] };
        yield return new("send of a lone surrogate", Answers) { Open = [new(@"s.send('\ud83d!')", s => s.Send("\uD83D!")), Act.Close()] };
        yield return new("send in the handler of the server's close", Closes(1000)) { Close = [Act.Send("late")] };
        yield return new("message after our close", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendTextAsync("late");
            await peer.SendFrameAsync(8, close.Payload);
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("ping after our close", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendFrameAsync(9, "x"u8.ToArray());
            Task<string> next = Next(peer);
            await Task.WhenAny(next, Task.Delay(1000));
            await peer.SendFrameAsync(8, close.Payload);
            await peer.HalfCloseAsync();
            return $"{Said(close)}, {await next}";
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("message in the middle, then our close", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "go"), .. Frame(1, "be", fin: false)]);
            return await Answers(peer);
        }) { Message = [Act.Close(4000, "mine")] };
        yield return new("message that ends after our close", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "go"), .. Frame(1, "be", fin: false)]);
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendAsync((byte[])[.. Frame(0, "gin"), .. CloseFrame(4000)]);
            return Said(close);
        }) { Message = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with an empty body", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendFrameAsync(8);
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with a code that may not be sent", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1005);
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with FIN", async peer => Said(await peer.ReadFrameAsync())) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with RST", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            peer.Reset();
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is never answered", async peer => $"{Said(await peer.ReadFrameAsync())}, {await Next(peer)}")
        { TakesLong = true, Open = [Act.Close(4000, "mine")], Error = [Act.Close()], Close = [Act.Close()] };
    }

    private static IEnumerable<Situation> BothClose()
    {
        // A server that closes when ours arrives cannot be told from one that closed at the same time.
        yield return new("both close", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(3001, "theirs");
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        // Ours may be written before theirs arrives or not at all.
        yield return new("both close, in a race", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "go"), .. CloseFrame(3001, "theirs")]);
            return (await peer.ReadFrameAsync()).CloseCode is 3001 or 4000 ? "close" : "something else";
        }) { Message = [Act.Close(4000, "mine")] };
    }
}
