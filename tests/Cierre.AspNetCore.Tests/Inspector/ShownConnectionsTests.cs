using System.Globalization;
using Cierre.AspNetCore.Inspector;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public class ShownConnectionsTests
{
    [Fact]
    public void Pages_of_bounded_size_show_every_connection_once_the_newest_first()
    {
        WebSocketRoster roster = Roster(25);
        var shown = new ShownConnections(roster, new WebSocketInspectorOptions { MaxRows = 10 }, "one");
        var seen = new List<long>();
        long? before = null;
        int pages = 0;
        do
        {
            ConnectionsMessage page = shown.List(new ListQuery(before), CultureInfo.InvariantCulture);
            Assert.Equal((25, 25), (page.Open, page.Matching));
            Assert.InRange(page.Connections.Count, 1, 10);
            seen.AddRange(page.Connections.Select(row => row.Id));
            (before, pages) = (page.Next, pages + 1);
        }
        while (before is not null);
        Assert.Equal(3, pages);
        Assert.Equal(roster.Select(entry => entry.Id).OrderDescending(), seen);
    }

    [Theory]
    [InlineData(10, 10, false)]
    [InlineData(11, 10, true)]
    [InlineData(0, 0, false)]
    public void Next_page_is_offered_where_there_is_one(int count, int rows, bool more)
    {
        ConnectionsMessage page = new ShownConnections(Roster(count), new WebSocketInspectorOptions { MaxRows = 10 }, "one").List(new ListQuery(), CultureInfo.InvariantCulture);
        Assert.Equal((rows, more), (page.Connections.Count, page.Next is not null));
    }

    [Fact]
    public void Nobody_gets_more_rows_than_the_options_allow()
    {
        var shown = new ShownConnections(Roster(25), new WebSocketInspectorOptions { MaxRows = 10 }, "one");
        Assert.Equal([10, 3, 1], new int?[] { 1_000_000, 3, -5 }.Select(limit => shown.List(new ListQuery(Limit: limit), CultureInfo.InvariantCulture).Connections.Count));
    }

    [Fact]
    public void Filter_finds_endpoint_user_and_number()
    {
        WebSocketRoster roster = Roster(6);
        var shown = new ShownConnections(roster, new WebSocketInspectorOptions(), "one");
        long id = roster.Max(entry => entry.Id);
        Assert.Equal([6, 3, 1, 0], new[] { "ROOM", "user1", $"{id}", "nothing" }.Select(filter => shown.List(new ListQuery(Filter: filter), CultureInfo.InvariantCulture).Matching));
    }

    [Fact]
    public void Inspector_s_own_connections_are_counted_and_not_shown()
    {
        WebSocketRoster roster = Roster(2);
        var viewer = new OpenConnection(WebSocketConnection.CreatePair().Server, "/_ws/live", null, null, default) { IsInspector = true };
        roster.Add(viewer);
        var shown = new ShownConnections(roster, new WebSocketInspectorOptions(), "one");
        ConnectionsMessage page = shown.List(new ListQuery(), CultureInfo.InvariantCulture);
        Assert.Equal((2, 1, 2), (page.Open, page.Viewers, page.Connections.Count));
        Assert.Null(shown.Find(viewer.Id));
    }

    private static WebSocketRoster Roster(int count)
    {
        var roster = new WebSocketRoster();
        for (int i = 0; i < count; i++) roster.Add(new OpenConnection(WebSocketConnection.CreatePair().Server, "/room", $"user{i % 2}", null, default));
        return roster;
    }
}
