using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

/// <summary>What the rules for whole connections do not show; those are in ReceivingSideTests and MessageReadStreamTests.</summary>
public sealed class MessageInboxTests
{
    private readonly MessageInbox _inbox = new(new Lock(), new Played().Connection.Driver);

    [Fact]
    public void Inbox_is_full_at_64_KiB_of_messages_and_fragments_together_while_nobody_waits()
    {
        Deliver(60_000);
        Assert.False(_inbox.IsFull(0));
        Assert.True(_inbox.IsFull(5_500));
        Deliver(5_500);
        Assert.True(_inbox.IsFull(0));
        Assert.True(_inbox.TryReceive(out bool any) && any);
        Assert.False(_inbox.IsFull(0));
    }

    [Fact]
    public void Reader_that_waits_makes_room_and_so_does_the_end()
    {
        _inbox.WaitForMessage(default);
        Assert.False(_inbox.IsFull(1_000_000));
        Assert.True(_inbox.End());
        Assert.False(_inbox.IsFull(1_000_000));
        Assert.False(_inbox.End());
    }

    [Fact]
    public void Message_in_use_or_unread_keeps_it_from_being_idle()
    {
        Assert.True(_inbox.IsIdle);
        Deliver(1);
        Assert.False(_inbox.IsIdle);
        _inbox.TryReceive(out _);
        Assert.False(_inbox.IsIdle);
        _inbox.TryReceive(out bool any);
        Assert.False(any);
        Assert.True(_inbox.IsIdle);
    }

    [Fact]
    public async Task Wait_whose_token_is_cancelled_at_that_moment_ends_at_once()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _inbox.WaitForMessage(source.Token));
        Deliver(3);
        Assert.True(_inbox.TryReceive(out bool any) && any);
    }

    [Fact]
    public async Task Value_task_of_an_earlier_wait_is_refused()
    {
        ValueTask<bool> first = _inbox.WaitForNext(default);
        Deliver(1);
        _inbox.Wake();
        Assert.True(await first);
        ValueTask<bool> second = _inbox.WaitForNext(default);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);
        Assert.Throws<InvalidOperationException>(() => _ = _inbox.WaitForNext(default));
        Deliver(1);
        _inbox.Wake();
        Assert.True(await second);
    }

    private void Deliver(int size) =>
        _inbox.Deliver(new ProtocolEvent { Kind = ProtocolEventKind.Message, MessageKind = WebSocketOpcode.Binary, Piece = new byte[size], Last = true });
}
