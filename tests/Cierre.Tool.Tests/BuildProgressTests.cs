using System.Diagnostics;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests;

/// <summary>What <c>./cierre</c> says while it builds: eng/progress.sh, fed with the lines of a build.</summary>
public sealed class BuildProgressTests
{
    [Fact]
    public async Task Each_project_is_a_line_and_what_the_build_complains_of_passes_through()
    {
        if (OperatingSystem.IsWindows()) return;
        var start = new ProcessStartInfo("bash", ["-c", ". eng/progress.sh; show_progress tool"]) { WorkingDirectory = RepoRoot.Directory, RedirectStandardInput = true, RedirectStandardError = true };
        using Process bash = Process.Start(start)!;
        await bash.StandardInput.WriteAsync("  Determining projects to restore...\n  Restored /x/One.csproj (in 1 ms).\n  One -> /x/One.dll\n/x/Two.cs(1,2): error CS1: no [/x/Two.csproj]\n");
        bash.StandardInput.Close();
        string shown = await bash.StandardError.ReadToEndAsync().WaitAsync(ToolProcess.Bound);
        Assert.Equal("tool: restoring packages\ntool: One is built\n/x/Two.cs(1,2): error CS1: no [/x/Two.csproj]\n", shown);
    }
}
