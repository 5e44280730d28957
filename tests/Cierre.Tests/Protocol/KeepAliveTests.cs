using Cierre.Protocol;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md.</summary>
public class KeepAliveTests
{
    private static readonly ProtocolLimits Limits = new() { PingInterval = S(10), PingTimeout = S(25), IdleTimeout = S(100) };

    [Fact]
    public void Deadline_is_the_next_ping_then_the_end_of_the_wait()
    {
        KeepAlive keepAlive = new(Limits);
        Assert.Equal(S(10), keepAlive.Deadline);
        Assert.Equal(KeepAliveStep.None, keepAlive.Tick(S(9)));
        Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(10)));
        Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(20)));
        Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(30)));
        Assert.Equal(S(35), keepAlive.Deadline);
        Assert.Equal(KeepAliveStep.NoAnswer, keepAlive.Tick(S(35)));
    }

    [Fact]
    public void The_wait_begins_with_the_first_ping_that_is_not_answered()
    {
        KeepAlive keepAlive = new(Limits);
        keepAlive.Tick(S(10));
        keepAlive.BytesCame();
        keepAlive.Tick(S(20));
        keepAlive.Tick(S(30));
        Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(40)));
        Assert.Equal(KeepAliveStep.NoAnswer, keepAlive.Tick(S(45)));
    }

    [Fact]
    public void A_late_tick_sends_one_ping_and_not_those_it_missed()
    {
        KeepAlive keepAlive = new(Limits);
        Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(55)));
        Assert.Equal(KeepAliveStep.None, keepAlive.Tick(S(56)));
        Assert.Equal(S(65), keepAlive.Deadline);
    }

    [Fact]
    public void Nothing_set_is_no_deadline()
    {
        KeepAlive keepAlive = new(new ProtocolLimits { PingInterval = TimeSpan.Zero });
        Assert.Equal(TimeSpan.MaxValue, keepAlive.Deadline);
        Assert.Equal(KeepAliveStep.None, keepAlive.Tick(TimeSpan.FromDays(100)));
    }

    [Fact]
    public void It_says_before_a_tick_whether_that_would_close()
    {
        KeepAlive keepAlive = new(Limits);
        keepAlive.Tick(S(10));
        Assert.Equal((false, true), (keepAlive.GivesUp(S(34)), keepAlive.GivesUp(S(35))));
        keepAlive.BytesCame();
        Assert.Equal((false, true), (keepAlive.GivesUp(S(99)), keepAlive.GivesUp(S(100))));
        keepAlive.Listening(false, S(99));
        Assert.False(keepAlive.GivesUp(S(1000)));
    }

    [Fact]
    public void While_we_do_not_listen_the_wait_for_an_answer_does_not_run_out()
    {
        KeepAlive keepAlive = new(Limits with { IdleTimeout = TimeSpan.Zero });
        keepAlive.Tick(S(10));
        keepAlive.Listening(false, S(11));
        for (int i = 2; i < 50; i++) Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(10 * i)));
        keepAlive.Listening(true, S(500));
        Assert.Equal(KeepAliveStep.Ping, keepAlive.Tick(S(500)));
        Assert.Equal(KeepAliveStep.NoAnswer, keepAlive.Tick(S(525)));
    }

    [Fact]
    public void A_message_puts_the_idle_timeout_off()
    {
        KeepAlive keepAlive = new(Limits with { PingInterval = TimeSpan.Zero });
        keepAlive.MessagePassed(S(50));
        Assert.Equal(S(150), keepAlive.Deadline);
        Assert.Equal(KeepAliveStep.None, keepAlive.Tick(S(149)));
        Assert.Equal(KeepAliveStep.Idle, keepAlive.Tick(S(150)));
    }

    [Fact]
    public void Nothing_that_passes_is_idle_whoever_is_deaf()
    {
        KeepAlive keepAlive = new(Limits with { PingInterval = TimeSpan.Zero });
        keepAlive.MessagePassed(S(50));
        keepAlive.Listening(false, S(60));
        Assert.Equal(S(150), keepAlive.Deadline);
        keepAlive.Listening(true, S(149));
        Assert.Equal(KeepAliveStep.Idle, keepAlive.Tick(S(150)));
    }

    private static TimeSpan S(int seconds) => TimeSpan.FromSeconds(seconds);
}
