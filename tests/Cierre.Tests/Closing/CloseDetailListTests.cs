using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public sealed class CloseDetailListTests
{
    [Fact]
    public void Each_fact_is_in_the_language_of_the_sentence()
    {
        var list = new CloseDetailList([new CloseDetail("AttemptRefused", "a:1"), new CloseDetail("AttemptUnanswered", "b:2")]);
        var sentence = new CloseDetail("ConnectionRefusedTried", "h:1", list);
        Assert.EndsWith("tried: a:1 (refused), b:2 (no answer)", sentence.English, StringComparison.Ordinal);
        Assert.EndsWith("se probó con a:1 (rechazada), b:2 (sin respuesta)", sentence.In(new CultureInfo("es-MX")), StringComparison.Ordinal);
        Assert.Equal((2, "a:1 (refused), b:2 (no answer)"), (list.Count, list.ToString()));
    }
}
