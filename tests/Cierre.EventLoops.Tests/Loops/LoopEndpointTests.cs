using Cierre.EventLoops.Loops;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

public sealed class LoopEndpointTests
{
    [Fact]
    public void First_time_costs_little_and_each_further_one_twice_as_much_up_to_the_most()
    {
        var endpoint = new LoopEndpoint("/a");
        Assert.False(endpoint.Blocks);
        TimeSpan most = TimeSpan.FromSeconds(3);
        Assert.Equal([250, 500, 1000, 2000, 3000, 3000], Enumerable.Range(0, 6).Select(_ => (int)endpoint.HasBlocked(most).TotalMilliseconds));
        Assert.True(endpoint.Blocks);
    }

    [Fact]
    public void Without_a_pause_it_never_blocks()
    {
        var endpoint = new LoopEndpoint("/a");
        Assert.Equal(TimeSpan.Zero, endpoint.HasBlocked(TimeSpan.Zero));
        Assert.False(endpoint.Blocks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    public void Log_is_told_of_each_pause_of_another_length_and_else_once_in_a_while(int milliseconds)
    {
        var endpoint = new LoopEndpoint("/a");
        TimeSpan pause = TimeSpan.FromMilliseconds(milliseconds);
        Assert.True(endpoint.IsNews(pause));
        for (int i = 0; i < 100; i++) Assert.False(endpoint.IsNews(pause));
        Assert.True(endpoint.IsNews(pause * 2 + TimeSpan.FromMilliseconds(1)));
        Assert.True(endpoint.IsNews(pause));
    }

    [Fact]
    public void Endpoint_that_has_blocked_is_known_for_it_behind_its_pause()
    {
        var endpoint = new LoopEndpoint("/a");
        Assert.False(endpoint.HasEverBlocked);
        endpoint.HasBlocked(TimeSpan.Zero);
        Assert.True(endpoint.HasEverBlocked);
        Assert.False(endpoint.Blocks);
    }

    [Fact]
    public void Endpoints_of_one_name_are_one()
    {
        var endpoints = new LoopEndpoints();
        Assert.Same(endpoints.Of("/a"), endpoints.Of("/a"));
        Assert.NotSame(endpoints.Of("/a"), endpoints.Of("/b"));
        Assert.Equal("/b", endpoints.Of("/b").Name);
    }

    [Fact]
    public void Servers_without_end_are_one_from_some_on()
    {
        var endpoints = new LoopEndpoints();
        LoopEndpoint first = endpoints.Of("ws://0");
        for (int i = 1; i < 1024; i++) endpoints.Of($"ws://{i}");
        Assert.Equal("(others)", endpoints.Of("ws://1024").Name);
        Assert.Same(endpoints.Of("ws://1024"), endpoints.Of("ws://1025"));
        Assert.Same(first, endpoints.Of("ws://0"));
    }
}
