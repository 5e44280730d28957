using System.Text.Json;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>A call on the socket <c>s</c>, in JavaScript and in C#.</summary>
public sealed record Act(string Script, Action<WebSocket> Ours)
{
    public static Act Close() => new("s.close()", s => s.Close());

    public static Act Close(ushort code) => new($"s.close({code})", s => s.Close(code));

    public static Act Close(ushort code, string reason) => new($"s.close({code}, {Quote(reason)})", s => s.Close(code, reason));

    public static Act Send(string text) => new($"s.send({Quote(text)})", s => s.Send(text));

    /// <summary>As it stands in what both sides tell.</summary>
    public string Name => Script.Length > 50 ? Script[2..50] + "\u2026" : Script[2..];

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
