using Cierre.Resuming;
using Cierre.Topics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class MemoryTopicLogsTests : IDisposable
{
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(10);
    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryTopicLogs _logs;

    public MemoryTopicLogsTests() => _logs = new MemoryTopicLogs(new TopicRetention(new TopicLogLimits(100, 1000), BytesOfAll: 250, Unused), _clock);

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Topic_that_nobody_uses_is_forgotten_and_the_next_of_its_name_is_another_log()
    {
        TopicCursor before = await AppendAsync("a", 10);
        _clock.Advance(Unused / 2);
        await AppendAsync("b", 10);
        _clock.Advance(Unused / 2);
        Assert.Equal((1, 10L), (_logs.Count, _logs.Bytes));
        Assert.Equal(GapReason.Epoch, (await _logs.ReadAsync("a", before)).Missing!.Reason);
        _clock.Advance(2 * Unused);
        Assert.Equal((0, 0L), (_logs.Count, _logs.Bytes));
    }

    [Fact]
    public async Task Topic_that_somebody_follows_is_kept()
    {
        TopicCursor before = await AppendAsync("a", 10);
        IDisposable following = _logs.Tail("a", new TopicQueue(static _ => { }));
        _clock.Advance(3 * Unused);
        Assert.Null((await _logs.ReadAsync("a", before)).Missing);
        following.Dispose();
        _clock.Advance(3 * Unused);
        Assert.Equal(0, _logs.Count);
    }

    [Fact]
    public async Task All_topics_together_keep_no_more_than_may_be_and_the_newest_of_each()
    {
        for (int i = 0; i < 100; i++) await AppendAsync($"{i % 3}", 20);
        Assert.InRange(_logs.Bytes, 3 * 20, 250 + 20);
        for (int i = 0; i < 3; i++)
        {
            // Each goes on to take what comes.
            TopicCursor end = (await _logs.ReadAsync($"{i}", null)).At;
            await AppendAsync($"{i}", 20);
            TopicPage page = await _logs.ReadAsync($"{i}", end);
            Assert.Null(page.Missing);
            Assert.Single(page.Entries);
        }
    }

    [Fact]
    public async Task Threads_that_publish_to_topics_that_are_forgotten_meanwhile_lose_nothing_of_the_count()
    {
        using var stop = new CancellationTokenSource();
        Task forgets = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) _clock.Advance(2 * Unused);
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 2000; i++) await AppendAsync($"{i % 5}", 1);
        })));
        await stop.CancelAsync();
        await forgets;
        _clock.Advance(3 * Unused);
        Assert.Equal((0, 0L), (_logs.Count, _logs.Bytes));
    }

    private async Task<TopicCursor> AppendAsync(string topic, int bytes) => await _logs.AppendAsync(topic, WebSocketOpcode.Binary, new byte[bytes]);
}
