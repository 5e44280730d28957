using System.Net.Sockets;
using Cierre.EventLoops.Loops;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

public sealed class LoopTurnTests
{
    private readonly LoopTurn _turn = new();

    [Fact]
    public void Thread_that_comes_back_from_a_handler_still_has_the_loop()
    {
        long word = _turn.Enter(null!);
        Assert.True(LoopTurn.IsInHandler(_turn.Word));
        Assert.True(_turn.Leave(word));
        Assert.False(LoopTurn.IsInHandler(_turn.Word));
    }

    [Fact]
    public void Turn_that_was_taken_away_is_lost_for_whoever_comes_back()
    {
        long word = _turn.Enter(null!);
        Assert.True(_turn.TryTake(word));
        Assert.False(LoopTurn.IsInHandler(_turn.Word));
        long next = _turn.Enter(null!);
        Assert.False(_turn.Leave(word));
        Assert.True(_turn.Leave(next));
    }

    [Fact]
    public void Turn_of_a_handler_that_has_ended_cannot_be_taken_not_even_in_the_next()
    {
        long word = _turn.Enter(null!);
        Assert.True(_turn.Leave(word));
        Assert.False(_turn.TryTake(word));
        long next = _turn.Enter(null!);
        Assert.False(_turn.TryTake(word));
        Assert.True(_turn.Leave(next));
    }

    [Fact]
    public async Task Of_two_who_want_the_same_turn_one_has_it()
    {
        for (int i = 0; i < 20_000; i++)
        {
            long word = _turn.Enter(null!);
            Task<bool> taken = Task.Run(() => _turn.TryTake(word));
            bool left = _turn.Leave(word);
            Assert.NotEqual(left, await taken);
        }
    }
}
