using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Codes;

public sealed class ExplainCommandTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(1006)]
    [InlineData(1010)]
    [InlineData(1012)]
    [InlineData(2500)]
    [InlineData(4242)]
    [InlineData(65535)]
    public async Task Code_is_explained(int code)
    {
        ToolResult result = await ToolProcess.RunAsync("explain", $"{code}");
        Assert.Equal(0, result.ExitCode);
        Golden.Check($"explain.{code}.txt", result.Output);
    }
}
