using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public class WebSocketInspectorOptionsTests
{
    [Theory]
    [InlineData(nameof(WebSocketInspectorOptions.PayloadBytes), 0, 65_536)]
    [InlineData(nameof(WebSocketInspectorOptions.MaxViewers), 1, 100)]
    [InlineData(nameof(WebSocketInspectorOptions.MaxRows), 1, 1000)]
    [InlineData(nameof(WebSocketInspectorOptions.MaxFramesPerSecond), 5, 10_000)]
    public void Numbers_have_their_bounds(string name, int least, int most)
    {
        var options = new WebSocketInspectorOptions();
        Set(options, name, least);
        Set(options, name, most);
        foreach (int wrong in new[] { least - 1, most + 1 })
        {
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => Set(options, name, wrong)).ParamName);
        }
    }

    private static void Set(WebSocketInspectorOptions options, string name, int value)
    {
        switch (name)
        {
            case nameof(WebSocketInspectorOptions.PayloadBytes):
                options.PayloadBytes = value;
                break;
            case nameof(WebSocketInspectorOptions.MaxViewers):
                options.MaxViewers = value;
                break;
            case nameof(WebSocketInspectorOptions.MaxRows):
                options.MaxRows = value;
                break;
            default:
                options.MaxFramesPerSecond = value;
                break;
        }
    }
}
