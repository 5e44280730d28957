using Cierre.Telemetry;

namespace Cierre.Tests.Telemetry;

public sealed class ConnectionGroupTests
{
    [Fact]
    public void Counts_of_those_that_ended_stay_in_the_sum_and_their_queues_do_not()
    {
        ConnectionGroup group = ConnectionGroup.OfServer("/group-sum");
        var one = new Fixed(new ConnectionCounts(1, 2, 3, 4, 5, 6));
        LinkedListNode<IMeasured> first = group.Add(one), second = group.Add(one);
        Assert.Equal((2, new ConnectionCounts(2, 4, 6, 8, 10, 12)), group.Read());
        group.Remove(first, one.Counts);
        Assert.Equal((1, new ConnectionCounts(2, 4, 6, 8, 5, 6)), group.Read());
        group.Remove(second, one.Counts);
        Assert.Equal((0, new ConnectionCounts(2, 4, 6, 8)), group.Read());
        Assert.Equal(0, group.Open);
    }

    [Fact]
    public void Same_attributes_are_the_same_group()
    {
        Assert.Same(ConnectionGroup.OfServer("/group-same"), ConnectionGroup.OfServer("/group-same"));
        Assert.Same(ConnectionGroup.OfClient(new Uri("ws://Group.example/a")), ConnectionGroup.OfClient(new Uri("ws://group.example:80/b?c")));
        Assert.NotSame(ConnectionGroup.OfClient(new Uri("ws://group.example")), ConnectionGroup.OfClient(new Uri("wss://group.example")));
    }

    [Fact]
    public void Servers_of_clients_have_an_end()
    {
        ConnectionGroup known = ConnectionGroup.OfClient("known.example", 80, most: int.MaxValue);
        ConnectionGroup other = ConnectionGroup.OfClient("one-too-many.example", 80, most: 1);
        Assert.Same(other, ConnectionGroup.OfClient("another.example", 80, most: 1));
        Assert.Contains(new KeyValuePair<string, object?>("server.address", "_OTHER"), other.Attributes);
        Assert.Same(known, ConnectionGroup.OfClient("known.example", 80, most: 1));
        Assert.Contains(other, ConnectionGroup.All);
    }

    private sealed record Fixed(ConnectionCounts Counts) : IMeasured;
}
