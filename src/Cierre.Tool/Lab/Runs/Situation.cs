using Cierre.AspNetCore;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Tool.Lab.Runs;

/// <summary>One way for a connection to end, by its real cause, with what the rules of closing say each side's record must hold.</summary>
internal sealed record Situation(string Name, string Description)
{
    /// <summary>Null where a raw peer plays the client.</summary>
    public ExpectedClose? Client { get; init; }

    /// <summary>Null where a raw peer plays the server, or the connection never reaches one of ours.</summary>
    public ExpectedClose? Server { get; init; }

    /// <summary>How the real browser of the lab's page plays the client.</summary>
    public PageRole InPage { get; init; } = PageRole.AsAnyClient;

    /// <summary>What the server does with the connection; it echoes unless told otherwise.</summary>
    public Func<WebSocketConnection, Task> Handler { get; init; } = EchoAsync;

    /// <summary>The server's program in the place of <see cref="Handler"/>, where it is written on System.Net.WebSockets.</summary>
    public SystemProgram? Program { get; init; }

    /// <summary>Changes the endpoint's options.</summary>
    public Action<WebSocketEndpointOptions>? Options { get; init; }

    /// <summary>Maps the endpoint, where it is not <see cref="Handler"/> that makes the situation.</summary>
    public Action<LabRoute>? Map { get; init; }

    /// <summary>Changes the server's services; it needs <see cref="OwnHost"/>.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>A server of its own: because it ends with the situation, has services of its own, or speaks TLS.</summary>
    public bool OwnHost { get; init; }

    public bool Tls { get; init; }

    /// <summary>Plays it. Returns the client's record, or null where a raw peer or a browser plays the client.</summary>
    public required Func<SituationRun, Task<CloseRecord?>> Play { get; init; }

    public static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }
}
