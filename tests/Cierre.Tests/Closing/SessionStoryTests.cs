using System.Globalization;
using Xunit;

namespace Cierre.Tests.Closing;

public sealed class SessionStoryTests
{
    [Theory]
    [InlineData(null, "5f3c 2", "nothing lost")]
    [InlineData("expired", "5f3c 2 lost: expired", "then lost, because it was without a connection for longer than its window")]
    public void Story_is_told_in_one_line_for_a_log_and_in_several_for_people(string? lost, string line, string words)
    {
        var story = new SessionStory("5f3c", [], 2, lost);
        Assert.Equal(line, story.ToString());
        Assert.Contains(words, story.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        CultureInfo before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es");
        try
        {
            Assert.StartsWith("Sesión 5f3c: 2 conexiones", story.Explain(), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
