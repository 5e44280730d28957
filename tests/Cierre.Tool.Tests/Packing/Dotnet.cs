using System.Diagnostics;

namespace Cierre.Tool.Tests.Packing;

/// <summary>The SDK's commands, without build servers that outlive them.</summary>
internal static class Dotnet
{
    // A restore and a build, on a machine that is busy with others.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    /// <summary>With packages of its own, below the folder: what the machine has of an earlier version of them hides no fault.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<string> RunIsolatedAsync(string folder, params string[] arguments) => RunAsync(folder, [("NUGET_PACKAGES", Path.Combine(folder, "packages"))], arguments);

    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message is what it printed.</exception>
    public static Task<string> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    private static async Task<string> RunAsync(string folder, (string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in ((string, string)[])
            [("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1"), ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), ("LC_ALL", "C"), .. environment])
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}");
    }
}
