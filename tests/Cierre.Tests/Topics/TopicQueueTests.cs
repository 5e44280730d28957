using Cierre.Tests.Connections;
using Cierre.Topics;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class TopicQueueTests
{
    private readonly List<long> _handedOut = [];
    private readonly TopicQueue _queue;
    private Action<TopicEntry> _meanwhile = static _ => { };
    private long _last;

    public TopicQueueTests() => _queue = new TopicQueue(entry =>
    {
        _meanwhile(entry);
        lock (_handedOut) _handedOut.Add(entry.Offset);
    });

    [Fact]
    public void Who_brings_a_message_hands_it_out()
    {
        Assert.True(Bring().IsCompletedSuccessfully);
        Assert.True(Bring().IsCompletedSuccessfully);
        Assert.Equal([1, 2], _handedOut);
    }

    [Fact]
    public async Task Pool_hands_out_what_comes_while_a_message_is_handed_out_and_who_brought_the_first_goes_on()
    {
        using var goOn = new ManualResetEventSlim();
        _meanwhile = entry =>
        {
            if (entry.Offset == 1)
            {
                for (int i = 0; i < 10; i++) Assert.True(Bring().IsCompletedSuccessfully);
            }
            else
            {
                // In the place of whoever brought the first, it would wait for ever.
                Assert.True(goOn.Wait(TimeSpan.FromSeconds(20)));
            }
        };
        Assert.True(Bring().IsCompletedSuccessfully);
        Assert.Equal([1], HandedOut());
        goOn.Set();
        await Played.Until(() => HandedOut().Length == 11);
        Assert.Equal(Enumerable.Range(1, 11).Select(i => (long)i), HandedOut());
    }

    [Theory]
    [InlineData(TopicQueue.MostWaiting, 1)]
    [InlineData(4, 300 * 1024)]
    public async Task Who_brings_more_than_can_be_handed_out_waits(int room, int size)
    {
        // As much waits the second time.
        for (int round = 0; round < 2; round++)
        {
            using var goOn = new ManualResetEventSlim();
            using var begun = new ManualResetEventSlim();
            _meanwhile = _ =>
            {
                begun.Set();
                Assert.True(goOn.Wait(TimeSpan.FromSeconds(20)));
            };
            int before = HandedOut().Length;
            Task first = Task.Run(() => Bring(size).AsTask());
            Assert.True(begun.Wait(TimeSpan.FromSeconds(20)));
            int waits = 0;
            Task last = Task.CompletedTask;
            for (; last.IsCompleted && waits < 1000; waits++) last = Bring(size).AsTask();
            Assert.InRange(waits, room - 1, room + 1);
            Task another = Bring(size).AsTask();
            Assert.False(another.IsCompleted);
            goOn.Set();
            await Played.Within(Task.WhenAll(first, last, another));
            await Played.Until(() => HandedOut().Length == before + waits + 2);
            Assert.Equal(HandedOut().Order(), HandedOut());
            // Whoever has handed out the last sees that nothing waits.
            await Played.Until(() => _queue.IsIdle);
        }
    }

    [Fact]
    public async Task Message_that_waits_alone_is_as_large_as_it_wants()
    {
        using var goOn = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        _meanwhile = _ =>
        {
            begun.Set();
            Assert.True(goOn.Wait(TimeSpan.FromSeconds(20)));
        };
        Task first = Task.Run(() => Bring().AsTask());
        Assert.True(begun.Wait(TimeSpan.FromSeconds(20)));
        Assert.True(Bring(16 << 20).IsCompletedSuccessfully);
        goOn.Set();
        await Played.Within(first);
        await Played.Until(() => _queue.IsIdle);
    }

    private long[] HandedOut()
    {
        lock (_handedOut) return [.. _handedOut];
    }

    private ValueTask Bring(int size = 1)
    {
        _queue.Add(new TopicEntry(++_last, 0, WebSocketOpcode.Text, new byte[size]));
        return _queue.HandOutAsync();
    }
}
