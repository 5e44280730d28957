using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class TopicGapTests
{
    [Fact]
    public void It_says_what_is_missing() => Assert.Equal(
        ("a: begins anew", "b: 3-5 missing"), (new TopicGap("a", null, null).ToString(), new TopicGap("b", 3, 5).ToString()));
}
