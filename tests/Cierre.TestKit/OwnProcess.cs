using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Cierre.TestKit;

/// <summary>Runs a test that measures memory, allocation or CPU in a process of its own, where nothing is left over from other tests and nothing runs beside it.</summary>
/// <remarks>
/// A test assembly is a program that can run one of its tests: it is started again with just that one, and what the test does then happens there. <c>Figure</c> says what was measured,
/// in the output and in the failure.
/// </remarks>
internal static class OwnProcess
{
    private const string Variable = "CIERRE_OWN_PROCESS";
    private const string FigureMark = "figure: ";
    private const string DoneMark = "measured: ";

    // A start and a discovery on a busy machine come on top of what the test does.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    /// <param name="of">The test's class.</param>
    /// <param name="measure">What is measured; it runs in the other process alone.</param>
    /// <param name="row">Names one row of a theory: a process runs all rows of its test, and this one acts.</param>
    /// <param name="test">The test's method.</param>
    public static async Task RunAsync(Type of, Func<Task> measure, object? row = null, [CallerMemberName] string test = "")
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{of.FullName}.{test}({row})");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } wanted)
        {
            if (wanted != name) return;
            await measure();
            Console.WriteLine(DoneMark + name);
            return;
        }

        (int exitCode, string output) = await StartAsync(of, test, name);
        foreach (string line in output.Split('\n').Where(line => line.StartsWith(FigureMark, StringComparison.Ordinal))) Console.WriteLine($"{name}: {line[FigureMark.Length..]}");
        if (exitCode != 0 || !output.Contains(DoneMark + name, StringComparison.Ordinal)) throw new TestFailureException($"{name}, in a process of its own, ended with {exitCode}:\n{output}");
    }

    /// <inheritdoc cref="RunAsync(Type, Func{Task}, object, string)"/>
    public static Task RunAsync(Type of, Action measure, object? row = null, [CallerMemberName] string test = "") => RunAsync(
        of,
        () =>
        {
            measure();
            return Task.CompletedTask;
        },
        row,
        test);

    /// <summary>Says what was measured, and holds it to a bound.</summary>
    /// <exception cref="TestFailureException">It is out of its bound.</exception>
    public static void Figure(string what, double value, double most)
    {
        string figure = string.Create(CultureInfo.InvariantCulture, $"{what} {value:#,0.##}, at most {most:#,0.##}");
        Console.WriteLine(FigureMark + figure);
        if (!(value <= most)) throw new TestFailureException($"{figure}: it is over.");
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(Type of, string test, string name)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] arguments = [.. isHost ? [of.Assembly.Location] : Array.Empty<string>(), "-method", $"{of.FullName}.{test}", "-noLogo", "-noColor"];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = name;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var bound = new CancellationTokenSource(Bound);
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TestFailureException($"{name}, in a process of its own, did not end within {Bound}:\n{output}");
        }

        return (process.ExitCode, output.ToString());

        void Append(string? line)
        {
            if (line is null) return;
            lock (output) output.Append(line).Append('\n');
        }
    }
}
