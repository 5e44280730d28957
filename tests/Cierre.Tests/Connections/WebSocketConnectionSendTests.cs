using System.Text;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionSendTests
{
    [Fact]
    public async Task Each_form_of_a_send_has_its_kind()
    {
        var played = new Played();
        await played.Connection.SendAsync("text");
        await played.Connection.SendTextAsync("utf8"u8.ToArray());
        await played.Connection.SendAsync("binary"u8.ToArray());
        await played.Connection.SendJsonAsync(new WebSocketMessageTests.Point(4), WebSocketMessageTests.Json.Default.Point);
        await played.Connection.SendAsync(new WebSocketMessage(WebSocketMessageKind.Binary, "on"u8.ToArray()));
        Assert.Equal([(1, "text"), (1, "utf8"), (2, "binary"), (1, """{"X":4}"""), (2, "on")], played.Sent.Select(f => (f.Opcode, f.Text)));
    }

    [Fact]
    public async Task Lone_surrogate_becomes_a_replacement_character_and_bytes_that_are_no_text_are_refused()
    {
        var played = new Played();
        await played.Connection.SendAsync("a\ud800b");
        Assert.Equal("a\ufffdb", Assert.Single(played.Sent).Text);
        await Assert.ThrowsAsync<ArgumentException>(async () => await played.Connection.SendTextAsync(new byte[] { 0xFF }));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await played.Connection.SendAsync((string)null!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await played.Connection.OpenSendStreamAsync((WebSocketMessageKind)8));
        Assert.Single(played.Sent);
    }

    [Fact]
    public async Task Text_that_has_to_wait_is_sent_as_it_was()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        string large = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i};"));
        Task sending = played.Connection.SendAsync(large).AsTask();
        Task next = played.Connection.SendAsync("é").AsTask();
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(sending, next));
        Assert.Equal(large, Encoding.UTF8.GetString([.. played.Sent.SkipLast(1).SelectMany(f => f.Payload)]));
        Assert.Equal("é", played.Sent[^1].Text);
    }

    [Fact]
    public void Default_message_is_refused_before_a_byte_is_written()
    {
        var played = new Played();
        string said = Assert.Throws<ArgumentException>(() => { _ = played.Connection.SendAsync(default(WebSocketMessage)); }).Message;
        Assert.Contains("default(WebSocketMessage)", said, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => { _ = new[] { played.Connection }.BroadcastAsync(default(WebSocketMessage)); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = played.Connection.SendAsync(default, new byte[1], WebSocketSendOptions.None); });
        Assert.Empty(played.Sent);
        Assert.True(played.Connection.IsOpen);
    }
}
