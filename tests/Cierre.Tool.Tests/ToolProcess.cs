using System.Diagnostics;
using Cierre.TestKit;

namespace Cierre.Tool.Tests;

/// <summary>The tool as its users run it: a process, its lines, its exit code. Every wait is bounded; a process that is left over is killed.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>Where the tool was built.</summary>
    public static readonly string Folder = FindFolder();

    private static readonly string Dll = Path.Combine(Folder, "Cierre.Tool.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ToolProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public static ToolProcess Start(params string[] arguments) => StartWithInput("", arguments);

    /// <summary>With something to read on standard input, which is a pipe.</summary>
    public static ToolProcess StartWithInput(string input, params string[] arguments)
    {
        ToolProcess tool = Start(new ProcessStartInfo("dotnet", [Dll, .. arguments]));
        tool._process.StandardInput.Write(input);
        tool._process.StandardInput.Close();
        return tool;
    }

    /// <summary>With variables such as <c>LANG=es_ES.UTF-8</c> and none of the others that choose a language.</summary>
    public static ToolProcess StartIn(string[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Dll, .. arguments]);
        foreach (string name in (string[])["LC_ALL", "LC_MESSAGES", "LANG"]) start.Environment.Remove(name);
        foreach (string variable in environment) start.Environment[variable.Split('=')[0]] = variable.Split('=')[1];
        return Start(start, english: false);
    }

    /// <summary>At a terminal of its own, by script(1): what <see cref="TypeAsync"/> says is typed there.</summary>
    public static ToolProcess StartAtTerminal(params string[] arguments) => StartAtTerminalOf("xterm", arguments);

    /// <inheritdoc cref="StartAtTerminal"/>
    /// <param name="kind">What <c>TERM</c> says.</param>
    /// <remarks>The shell makes way for the tool: a shell that stayed would take Ctrl-C too, and some then end with a code of their own.</remarks>
    public static ToolProcess StartAtTerminalOf(string kind, params string[] arguments) =>
        Start(new ProcessStartInfo("script", ["--quiet", "--return", "--command", "exec " + string.Join(' ', arguments.Prepend(Dll).Prepend("dotnet").Select(a => $"'{a}'")), "/dev/null"]) { Environment = { ["TERM"] = kind } });

    /// <summary>As a process that may have so many descriptors.</summary>
    public static ToolProcess StartWithDescriptors(int most, params string[] arguments) =>
        Start(new ProcessStartInfo("sh", ["-c", $"ulimit -n {most}; exec dotnet \"$0\" \"$@\"", Dll, .. arguments]));

    /// <summary>From somewhere else than its own build: an installed tool.</summary>
    public static ToolProcess StartInstalled(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments);
        // The runtime that runs the tests, wherever it is.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return Start(start);
    }

    private static ToolProcess Start(ProcessStartInfo start, bool english = true)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        // The words are English and the colours off whatever the machine says.
        if (english) start.Environment["LC_ALL"] = "C";
        start.Environment.Remove("NO_COLOR");
        // The tool has its code compiled well at once, for whoever measures with it; these hundreds of short runs take half the time without.
        start.Environment["DOTNET_TC_QuickJit"] = "1";
        return new ToolProcess(Process.Start(start)!);
    }

    public static async Task<ToolResult> RunAsync(params string[] arguments)
    {
        await using ToolProcess tool = Start(arguments);
        return await tool.EndAsync();
    }

    public async Task<string> ReadLineAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Bound);
        return line ?? throw new EndOfStreamException($"the tool ended with exit code {(await EndAsync()).ExitCode}: {await _errors}");
    }

    /// <summary>Reads on until a text has come, which need not end its line.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var read = new System.Text.StringBuilder();
        char[] next = new char[1];
        while (!read.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            if (await _process.StandardOutput.ReadAsync(next.AsMemory()).AsTask().WaitAsync(Bound) == 0) throw new EndOfStreamException($"the tool ended without '{text}': {read}");
            read.Append(next);
        }

        return read.ToString();
    }

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text).WaitAsync(Bound);
        await _process.StandardInput.FlushAsync().WaitAsync(Bound);
    }

    /// <summary>Asks the process to end, as a service manager does.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>The process runs no more, and its connections stay as they are: a machine that hangs.</summary>
    public void Stop() => Signal("STOP");

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        kill.WaitForExit(Bound);
    }

    /// <summary>The lines that were not read yet, and how it ended.</summary>
    public async Task<ToolResult> EndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Bound);
        await _process.WaitForExitAsync().WaitAsync(Bound);
        return new ToolResult(_process.ExitCode, output, await _errors.WaitAsync(Bound));
    }

    /// <summary>SIGKILL: the process can do and say nothing more.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Bound);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static string FindFolder()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(RepoRoot.Directory, "src", "Cierre.Tool", "bin", configuration, "net10.0");
    }
}
