using System.Text;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class FollowedTopicsTests
{
    private readonly FollowedTopics _topics = new();

    [Fact]
    public void Place_is_that_of_the_last_message_and_its_name_that_of_the_number()
    {
        Begin(7, "room", "9f2c.5.77e0");
        Begin(8, "other", "77aa.0.0000");
        Assert.Equal("room hello", Take("#7.6.a1b3 hello"));
        Assert.Equal("other ", Take("#8.1.00ff "));
        Assert.Equal(["other 77aa.1.00ff", "room 9f2c.6.a1b3"], Places());
    }

    [Fact]
    public void Numbers_are_of_one_connection_and_places_of_all()
    {
        Begin(7, "room", "9f2c.5.77e0");
        _topics.BeginConnection();
        Assert.Null(Take("#7.6.a1b3 hello"));
        Assert.Equal(["room 9f2c.5.77e0"], Places());
        Begin(3, "room", "9f2c.5.77e0");
        Assert.Equal("room hello", Take("#3.6.a1b3 hello"));
    }

    [Fact]
    public void Gap_moves_the_place_and_may_change_the_log()
    {
        Begin(7, "room", "9f2c.5.77e0");
        _topics.Skip(new ResumeControl.Gap("room", null, null, Cursor("77aa.3.0001"), GapReason.Epoch));
        Assert.Equal(["room 77aa.3.0001"], Places());
    }

    [Theory]
    [InlineData("#7.6 hello")]
    [InlineData("#9.6.a1b3 hello")]
    public void What_is_none_is_not_taken(string message)
    {
        Begin(7, "room", "9f2c.5.77e0");
        Assert.Null(Take(message));
        Assert.Equal(["room 9f2c.5.77e0"], Places());
    }

    private void Begin(int number, string name, string at) => _topics.Begin(new ResumeControl.Topic(number, name, Cursor(at)));

    private string? Take(string message) => _topics.TryTake(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message), out string topic, out int length)
        ? $"{topic} {message[^length..]}"
        : null;

    private string[] Places() => [.. _topics.Places.Select(place => $"{place.Key} {place.Value}").Order(StringComparer.Ordinal)];

    private static TopicCursor Cursor(string text) => TopicCursor.TryParse(Encoding.UTF8.GetBytes(text), out TopicCursor cursor) ? cursor : throw new FormatException(text);
}
