using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>What a server does, and what an application calls in which of its handlers.</summary>
/// <param name="Server">Plays the server, and tells what it saw of the client.</param>
public sealed record Situation(string Name, Func<RawPeer, Task<string>> Server)
{
    /// <summary>When an application calls: right after the constructor, or in a handler.</summary>
    public static readonly IReadOnlyList<string> Moments = ["new", "open", "message", "error", "close"];

    /// <summary>The code that the situation is about, where it is one of several that differ in nothing else.</summary>
    public int? Code { get; init; }

    public string[] Protocols { get; init; } = [];

    /// <summary>Whether <see cref="Server"/> answers the opening request itself.</summary>
    public bool AnswersItself { get; init; }

    /// <summary>Whether nobody listens at the port.</summary>
    public bool NobodyListens { get; init; }

    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether it takes a minute, as Chromium's close timeout does.</summary>
    public bool TakesLong { get; init; }

    public Act[] New { get; init; } = [];

    public Act[] Open { get; init; } = [];

    public Act[] Message { get; init; } = [];

    public Act[] Error { get; init; } = [];

    public Act[] Close { get; init; } = [];

    public Act[] At(string moment) => moment switch
    {
        "new" => New,
        "open" => Open,
        "message" => Message,
        "error" => Error,
        _ => Close,
    };
}
