using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Protocol;

/// <summary>No connection keeps the thread for long, whatever its peer sends: after so much work the rest waits until others had it. Counted in bytes, never in time.</summary>
public sealed class WorkBudgetTests
{
    private const int Size = 100_000;

    [Fact]
    public void Turn_is_over_after_so_much_work_of_any_kind()
    {
        Assert.Equal(WorkBudget.OfTurn / 32, Steps((ref WorkBudget turn) => turn.FrameCame()));
        Assert.Equal(WorkBudget.OfTurn / 1024, Steps((ref WorkBudget turn) => turn.PayloadCame(64 * 1024)));
        Assert.Equal(1, Steps((ref WorkBudget turn) => turn.Inflated(100, Size)));
        Assert.Equal(8, Steps((ref WorkBudget turn) => turn.Inflated(1024, 0)));
        Assert.Equal(1, Steps((ref WorkBudget turn) => turn.DataSent(Size, compresses: true)));
        Assert.InRange(Steps((ref WorkBudget turn) => turn.DataSent(Size, compresses: false)), 15, 25);
    }

    [Fact]
    public async Task Compressed_echoes_for_a_peer_that_does_not_read_take_many_short_turns()
    {
        const int Messages = 200;
        (WebSocketConnection connection, FakeTransport wire) = Agreed();
        wire.Captures = false;
        var turns = new List<int>();
        Task echo = EchoAsync();
        wire.Push(Repeated(Messages));
        await Played.Until(() => Seen() == Messages);
        // Each is 100,000 bytes inflated: a turn.
        lock (turns) Assert.All(turns.CountBy(turn => turn), turn => Assert.Equal(1, turn.Value));
        Assert.InRange(wire.Offers, Messages, Messages * 3);
        connection.Abort();
        await Played.Within(echo);

        int Seen()
        {
            lock (turns) return turns.Count;
        }

        async Task EchoAsync()
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync())
            {
                lock (turns) turns.Add(wire.Offers);
                // Nobody waits for a peer that does not read: that the sends are taken is another's rule.
                _ = connection.SendAsync(message.ToArray()).AsTask().ContinueWith(static sent => sent.Exception, TaskScheduler.Default);
            }
        }
    }

    [Fact]
    public async Task One_message_that_inflates_to_much_is_no_single_turn()
    {
        const int Large = 64 * 1024 * 1024;
        (WebSocketConnection connection, FakeTransport wire) = Agreed(options => options.MaxMessageSize = Large);
        ValueTask<WebSocketMessage?> receiving = connection.ReceiveAsync();
        byte[] body = DeflateKit.Compress(new byte[Large]);
        wire.Push(RawPeer.Frame(2, body, true, 4, mask: true));
        Assert.Equal(Large, (await Played.Within(receiving.AsTask()))!.Value.Data.Length);
        Assert.InRange(wire.Offers, body.Length / 4096, int.MaxValue);
    }

    [Fact]
    public async Task What_waits_to_be_compressed_is_written_in_turns()
    {
        const int Messages = 100;
        (WebSocketConnection connection, FakeTransport wire) = Agreed();
        wire.HoldsFlushes = true;
        var sends = new List<Task> { connection.SendAsync(new byte[Size]).AsTask() };
        // Until one waits, the transport takes them.
        byte[] noise = new byte[Size];
        new Random(8).NextBytes(noise);
        sends.Add(connection.SendAsync(noise).AsTask());
        for (int i = 0; i < Messages; i++) sends.Add(connection.SendAsync(new byte[Size]).AsTask());
        Assert.False(sends[^1].IsCompleted);
        wire.HoldsFlushes = false;
        wire.CompleteFlush();
        await Played.Within(Task.WhenAll(sends));
        // 100 KB each, a turn: all of them in one flush would be one write.
        Assert.InRange(wire.Writes, Messages / 2, int.MaxValue);
    }

    [Fact]
    public async Task Ordinary_messages_pass_in_one_turn()
    {
        var played = new Played();
        for (int i = 0; i < 100; i++) played.PeerText("hello");
        for (int i = 0; i < 100; i++) Assert.Equal("hello", await played.ReceiveTextAsync());
        Assert.False(played.Wire.IsPaused);
    }

    [Fact]
    public async Task Close_behind_much_work_is_reached_and_nothing_is_lost()
    {
        const int Messages = 50;
        (WebSocketConnection connection, FakeTransport wire) = Agreed();
        int count = 0;
        Task reading = Task.Run(async () =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) count += message.Data.Length == Size ? 1 : 0;
        });
        wire.Push([.. Repeated(Messages), .. RawPeer.Frame(8, [15, 160], true, 0, mask: true)]);
        wire.End();
        await Played.Within(reading);
        CloseRecord record = await Played.Within(connection.Closed);
        Assert.Equal((Messages, 4000, true), (count, record.Code, record.WasClean));
    }

    private static (WebSocketConnection Connection, FakeTransport Wire) Agreed(Action<WebSocketConnectionOptions>? setup = null)
    {
        var options = new WebSocketConnectionOptions();
        setup?.Invoke(options);
        var wire = new FakeTransport();
        var connection = new WebSocketConnection(WebSocketRole.Server, options, wire, new WebSocketNegotiation { Terms = DeflateKit.Terms() });
        connection.Start();
        return (connection, wire);
    }

    private static byte[] Repeated(int messages) => [.. Enumerable.Repeat(RawPeer.Frame(2, DeflateKit.Compress(new byte[Size]), true, 4, mask: true), messages).SelectMany(frame => frame)];

    private delegate void Step(ref WorkBudget turn);

    private static int Steps(Step step)
    {
        var turn = default(WorkBudget);
        int steps = 0;
        for (; !turn.IsSpent; steps++) step(ref turn);
        turn.Begin();
        Assert.False(turn.IsSpent);
        return steps;
    }
}
