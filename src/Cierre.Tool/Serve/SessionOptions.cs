using System.CommandLine;
using Cierre.AspNetCore;
using Cierre.Tool.Arguments;
using Cierre.Tool.Output;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Tool.Serve;

/// <summary>The options for sessions that survive their connections.</summary>
internal sealed class SessionOptions
{
    private static readonly WebSocketResumeOptions Standard = new();

    public Option<string?> Resume { get; } = Choice.Without("--resume", "Where sessions are kept whose clients come back after a lost connection: in this " +
        "process. Without it each connection is on its own.", "node");

    // As long as what opens a session is good.
    public Option<TimeSpan?> Window { get; } = Seconds.Option("--window", "How long a session is kept while it has no connection.", Standard.Window,
        longest: TimeSpan.FromHours(24));

    public Option<ResumeLimitArgument?> Limit { get; } = new("--resume-limit")
    {
        Description = "How much either side may send that the other has not taken; more waits. " +
            $"Default {Standard.MaxUnacknowledgedMessages}:{Standard.MaxUnacknowledgedBytes}.",
        HelpName = "MESSAGES[:BYTES]", CustomParser = ResumeLimitArgument.Parse,
    };

    public Option<DirectoryInfo?> Keys { get; } = new("--keys")
    {
        Description = "The folder of the keys with which sessions are sealed; it is made where there is none. Without it the keys end with the process.",
        HelpName = "DIR",
    };

    /// <returns>How each endpoint keeps its sessions; null: it has none.</returns>
    /// <exception cref="UsageException">Options without the one that they belong to.</exception>
    public Action<WebSocketResumeOptions>? Of(ParseResult parsed)
    {
        (TimeSpan? window, ResumeLimitArgument? limit) = (parsed.GetValue(Window), parsed.GetValue(Limit));
        if (parsed.GetValue(Resume) is null)
        {
            if (window is null && limit is null && parsed.GetValue(Keys) is null) return null;
            throw new UsageException("--window, --resume-limit and --keys are for sessions: they need --resume node.");
        }

        return options =>
        {
            options.Window = window ?? Standard.Window;
            options.MaxUnacknowledgedMessages = limit?.Messages ?? Standard.MaxUnacknowledgedMessages;
            options.MaxUnacknowledgedBytes = limit?.Bytes ?? Standard.MaxUnacknowledgedBytes;
        };
    }

    /// <summary>With what the sessions are sealed.</summary>
    /// <exception cref="UsageException">The folder cannot be used.</exception>
    public IDataProtectionProvider KeysOf(ParseResult parsed)
    {
        if (parsed.GetValue(Keys) is not { } folder) return new EphemeralDataProtectionProvider();
        try
        {
            IDataProtectionProvider keys = DataProtectionProvider.Create(folder, builder => builder.SetApplicationName("cierre"));
            // A folder that cannot be used is told now, and not to the first client.
            keys.CreateProtector("cierre serve").Protect([]);
            return keys;
        }
        catch (Exception e)
        {
            throw new UsageException($"--keys: no keys can be kept in '{folder}': {(e.InnerException ?? e).Message}");
        }
    }
}
