using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text;
using Cierre.Tool.Arguments;
using Cierre.Tool.Bench;
using Cierre.Tool.Codes;
using Cierre.Tool.Connect;
using Cierre.Tool.Gateway;
using Cierre.Tool.Lab;
using Cierre.Tool.Output;
using Cierre.Tool.Serve;

namespace Cierre.Tool;

/// <summary>The command line tool <c>cierre</c>.</summary>
internal static class Program
{
    // A text or a file name may begin with @: it is not the name of a file with more arguments.
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    // Signals belong to the commands, which end connections in order; a mistake of ours is reported here and not as a stack trace.
    private static readonly InvocationConfiguration Invocation = new() { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };

    public static async Task<int> Main(string[] args)
    {
        if (OperatingSystem.IsWindows()) Console.OutputEncoding = Encoding.UTF8;
        // Help and mistakes are English. The environment's language is only what --lang is where it is not given.
        var language = new LanguageOption(CultureInfo.CurrentUICulture);
        CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        ParseResult parsed = Commands(language).Parse(args is [] ? ["--help"] : args, Parser);
        if (parsed.Errors.Count > 0) return Misused(parsed);
        try
        {
            return await parsed.InvokeAsync(Invocation);
        }
        catch (UsageException e)
        {
            return Misused(parsed, e.Message);
        }
#pragma warning disable CA1031 // Whatever it is, it ends here with its message and its exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"cierre: {e.Message}");
            return ExitCodes.Failed;
        }
    }

    // Not a RootCommand: that one is named after the file it runs from.
    private static Command Commands(LanguageOption language) => new("cierre", "Watches, causes and explains how WebSocket connections end.")
    {
        new HelpOption(),
        new VersionOption(),
        ServeCommand.Create(language),
        ConnectCommand.Create(language),
        GatewayCommand.Create(language),
        CodesCommand.Create(language),
        ExplainCommand.Create(language),
        LabCommand.Create(language),
        BenchCommand.Create(language),
    };

    private static int Misused(ParseResult parsed, params string[] errors)
    {
        if (errors is []) errors = [.. parsed.Errors.Select(error => error.Message).Distinct()];
        foreach (string error in errors) Console.Error.WriteLine($"cierre: {error}");
        string command = parsed.CommandResult.Command.Name;
        Console.Error.WriteLine($"Try: cierre {(command == "cierre" ? "" : command + " ")}--help");
        return ExitCodes.Usage;
    }
}
