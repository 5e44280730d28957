using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Topics;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class TopicNodeTests : TopicSessionTests
{
    [Fact]
    public async Task Session_that_is_over_has_left_its_topics()
    {
        await JoinAsync();
        TopicReader first = Node.Enter("room", isSession: false);
        Assert.Equal(2, first.Feed.ReaderCount);
        Connection.Abort();
        await Played.Within(Connection.Closed);
        Assert.Equal(1, first.Feed.ReaderCount);
        await JoinAsync();
        Assert.Equal(1, first.Feed.ReaderCount);
        Node.Leave(first);
        // The next one is another feed, with another number.
        Assert.Equal(2, Node.Enter("room", isSession: false).Feed.Number);
    }
}
