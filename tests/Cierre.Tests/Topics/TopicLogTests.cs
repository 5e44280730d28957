using System.Text;
using Cierre.Resuming;
using Cierre.Topics;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class TopicLogTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private readonly TopicLog _log = new(new TopicLogLimits(4, 100));

    [Fact]
    public void Messages_are_numbered_from_1_on_and_follow_the_place_of_their_reader()
    {
        TopicCursor begin = End();
        Assert.Equal((0L, 0), (begin.Offset, (int)begin.Tag));
        TopicCursor one = Append("one"), two = Append("two");
        Assert.Equal([1, 2], [one.Offset, two.Offset]);
        Assert.Equal(["one", "two"], Texts(Read(begin)));
        Assert.Equal(["two"], Texts(Read(one)));
        Assert.Empty(Read(two).Entries);
        Assert.Equal(two, End());
        Assert.All([Read(begin), Read(one), Read(two)], page => Assert.Null(page.Missing));
    }

    [Fact]
    public void Reader_that_misses_what_was_dropped_is_told_of_all_of_it_and_goes_on_behind()
    {
        TopicCursor[] places = [End(), .. Enumerable.Range(1, 7).Select(i => Append($"{i}"))];
        TopicPage page = Read(places[1]);
        Assert.Equal(new TopicLoss(2, 3, GapReason.Trimmed), page.Missing);
        Assert.Equal(places[3], page.At);
        Assert.Equal(["4", "5", "6", "7"], Texts(page));
        Assert.Equal(new TopicLoss(1, 3, GapReason.Trimmed), Read(places[0]).Missing);
    }

    [Fact]
    public void Reader_that_has_the_last_of_what_was_dropped_misses_nothing()
    {
        TopicCursor[] places = [.. Enumerable.Range(1, 7).Select(i => Append($"{i}"))];
        TopicPage page = Read(places[2]);
        Assert.Null(page.Missing);
        Assert.Equal(["4", "5", "6", "7"], Texts(page));
        Assert.Equal(GapReason.Epoch, Read(places[2] with { Tag = (ushort)(places[2].Tag + 1) }).Missing!.Reason);
    }

    [Fact]
    public void Reader_of_another_log_gets_all_that_is_there()
    {
        for (int i = 1; i <= 7; i++) Append($"{i}");
        TopicPage page = Read(new TopicCursor("other", 5, 0xa1b3));
        Assert.Equal(new TopicLoss(null, null, GapReason.Epoch), page.Missing);
        Assert.Equal(3, page.At.Offset);
        Assert.Equal(["4", "5", "6", "7"], Texts(page));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    public void Place_that_is_not_the_log_s_is_another_log_of_which_nobody_knows_what_was_seen(int further, int otherTag)
    {
        Append("one");
        TopicCursor last = Append("two");
        TopicPage page = Read(last with { Offset = last.Offset + further, Tag = (ushort)(last.Tag + otherTag) });
        Assert.Equal(new TopicLoss(null, null, GapReason.Epoch), page.Missing);
        Assert.Equal(last, page.At);
        Assert.Empty(page.Entries);
    }

    [Fact]
    public void Bytes_have_a_bound_and_the_newest_message_stays_however_large_it_is()
    {
        Append(new string('a', 60));
        Append(new string('b', 60));
        Assert.Equal(60, _log.Bytes);
        TopicCursor before = End();
        Append(new string('c', 500));
        Assert.Equal(500, _log.Bytes);
        Assert.Single(Read(before).Entries);
        Append("d");
        Assert.Equal(1, _log.Bytes);
    }

    [Fact]
    public void Log_that_may_not_grow_drops_as_much_as_comes()
    {
        Append(new string('a', 20));
        Append(new string('b', 20));
        Assert.NotNull(_log.Append(WebSocketOpcode.Text, new byte[30], Now, mayGrow: false, out long kept));
        Assert.Equal((30L, -10L), (_log.Bytes, kept));
    }

    [Fact]
    public void Long_page_is_cut_and_goes_on_with_the_next()
    {
        var log = new TopicLog(new TopicLogLimits(1000, 10_000));
        TopicCursor at = log.Read(null, Now)!.At;
        for (int i = 1; i <= 150; i++) log.Append(WebSocketOpcode.Binary, new[] { (byte)i }, Now, mayGrow: true, out _);
        List<byte> seen = [];
        for (TopicPage page = log.Read(at, Now)!; page.Entries.Count > 0; page = log.Read(at, Now)!)
        {
            Assert.InRange(page.Entries.Count, 1, 64);
            seen.AddRange(page.Entries.Select(entry => entry.Payload.Span[0]));
            at = at with { Offset = page.Entries[^1].Offset, Tag = page.Entries[^1].Tag };
        }

        Assert.Equal(Enumerable.Range(1, 150).Select(i => (byte)i), seen);
    }

    /// <summary>A reader that is sent a page holds it until it has all of it.</summary>
    [Fact]
    public void Page_ends_with_the_message_that_makes_it_more_than_64_KiB()
    {
        var log = new TopicLog(new TopicLogLimits(1000, 1 << 20));
        TopicCursor at = log.Read(null, Now)!.At;
        foreach (int size in (int[])[30_000, 30_000, 6_000, 1, 200_000, 1]) log.Append(WebSocketOpcode.Binary, new byte[size], Now, mayGrow: true, out _);
        Assert.Equal([30_000, 30_000, 6_000], log.Read(at, Now)!.Entries.Select(entry => entry.Payload.Length));
    }

    [Fact]
    public void Message_is_a_copy()
    {
        byte[] payload = "one"u8.ToArray();
        TopicCursor begin = End();
        _log.Append(WebSocketOpcode.Text, payload, Now, mayGrow: true, out _);
        payload[0] = (byte)'x';
        Assert.Equal(["one"], Texts(Read(begin)));
    }

    [Fact]
    public void Log_that_nobody_follows_and_nobody_used_is_forgotten()
    {
        Append("one");
        Assert.Equal(0, _log.ForgetUnusedSince(Now - TimeSpan.FromSeconds(1)));
        Assert.True(_log.Follow(new TopicQueue(static _ => { }), Now));
        Assert.Equal(0, _log.ForgetUnusedSince(Now));
        Assert.False(_log.IsForgotten);
        _log.Unfollow(Now);
        Assert.Equal(3, _log.ForgetUnusedSince(Now));
        Assert.True(_log.IsForgotten);
        Assert.Null(_log.Read(null, Now));
        Assert.Null(_log.Append(WebSocketOpcode.Text, default, Now, mayGrow: true, out _));
        Assert.False(_log.Follow(new TopicQueue(static _ => { }), Now));
    }

    [Fact]
    public void Follower_hears_each_message_in_order_from_then_on()
    {
        Append("one");
        List<long> heard = [];
        _log.Follow(new TopicQueue(entry => heard.Add(entry.Offset)), Now);
        Append("two");
        Assert.Empty(heard);
        Assert.True(_log.HandOutAsync().IsCompletedSuccessfully);
        Append("three");
        Assert.True(_log.HandOutAsync().IsCompletedSuccessfully);
        Assert.Equal([2, 3], heard);
        _log.Unfollow(Now);
        Append("four");
        Assert.True(_log.HandOutAsync().IsCompletedSuccessfully);
        Assert.Equal([2, 3], heard);
    }

    private TopicCursor Append(string text) => _log.Append(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text), Now, mayGrow: true, out _)!.Value;

    private TopicCursor End() => _log.Read(null, Now)!.At;

    private TopicPage Read(TopicCursor after) => _log.Read(after, Now)!;

    private static string[] Texts(TopicPage page) => [.. page.Entries.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span))];
}
