using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public class InspectorOptionsTests
{
    [Theory]
    [InlineData(nameof(InspectorOptions.PayloadBytes), 1, 65_536)]
    [InlineData(nameof(InspectorOptions.MaxViewers), 1, 100)]
    [InlineData(nameof(InspectorOptions.MaxRows), 1, 1000)]
    [InlineData(nameof(InspectorOptions.MaxFramesPerSecond), 5, 10_000)]
    public void Numbers_have_their_bounds(string name, int least, int most)
    {
        var options = new InspectorOptions();
        Set(options, name, least);
        Set(options, name, most);
        foreach (int wrong in new[] { least - 1, most + 1 })
        {
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => Set(options, name, wrong)).ParamName);
        }
    }

    private static void Set(InspectorOptions options, string name, int value)
    {
        switch (name)
        {
            case nameof(InspectorOptions.PayloadBytes):
                options.PayloadBytes = value;
                break;
            case nameof(InspectorOptions.MaxViewers):
                options.MaxViewers = value;
                break;
            case nameof(InspectorOptions.MaxRows):
                options.MaxRows = value;
                break;
            default:
                options.MaxFramesPerSecond = value;
                break;
        }
    }
}
