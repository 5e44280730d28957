using System.Net.WebSockets;

namespace Cierre.Tool.Lab.Runs;

/// <summary>A server's program that is written on System.Net.WebSockets and runs on Cierre by <c>UseCierre</c>.</summary>
/// <param name="RunAsync">The program: what it does with the WebSocket that it has accepted.</param>
/// <param name="Comparison">What is otherwise on the framework's own class, as the key of a sentence of the page.</param>
internal sealed record SystemProgram(Func<WebSocket, Task> RunAsync, string Comparison)
{
    /// <summary>How long the peer's close may wait for the program's answer.</summary>
    public TimeSpan CloseTimeout { get; init; } = LabPlayer.CloseTimeout;

    /// <summary>What the client's record says where the same program runs on the framework's own class; null where a raw peer plays the client. That class
    /// keeps no record of the server's end.</summary>
    public ExpectedClose? ClientOfFramework { get; init; }
}
