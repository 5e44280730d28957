using Cierre.Connections;

namespace Cierre.Tests.Connections;

public sealed class ClosingTokenTests
{
    private ClosingToken _closing;

    [Fact]
    public void One_token_is_made_for_all_who_ask()
    {
        CancellationToken first = _closing.Token(isOpen: true);
        Assert.False(first.IsCancellationRequested);
        Assert.Equal(first, _closing.Token(isOpen: true));
    }

    [Fact]
    public void Token_asked_for_after_the_end_began_is_cancelled() => Assert.True(_closing.Token(isOpen: false).IsCancellationRequested);

    [Fact]
    public async Task Cancelling_tells_what_a_registration_threw()
    {
        var told = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        _closing.Token(isOpen: true).Register(() => throw new InvalidOperationException("registered"));
        _closing.Cancel(told.SetResult);
        Exception failure = await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("registered", Assert.IsType<InvalidOperationException>(failure.GetBaseException()).Message);
        Assert.True(_closing.Token(isOpen: true).IsCancellationRequested);
    }

    [Fact]
    public void Cancelling_a_token_that_nobody_asked_for_does_nothing()
    {
        _closing.Cancel(failed: null);
        Assert.False(_closing.Token(isOpen: true).IsCancellationRequested);
    }

    [Fact]
    public void Own_tokens_say_nothing_to_a_wait_for_the_end()
    {
        using var ofHandler = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        CancellationToken own = _closing.Token(isOpen: true);
        _closing.OfHandler = ofHandler.Token;
        Assert.Equal(default, _closing.Foreign(own));
        Assert.Equal(default, _closing.Foreign(ofHandler.Token));
        Assert.Equal(other.Token, _closing.Foreign(other.Token));
    }
}
