using System.Text;

namespace Cierre.Tool.Connect;

/// <summary>The keyboard: a line typed is a message sent, the end of the input (Ctrl-D) closes with 1000.</summary>
internal static class Interactive
{
    /// <summary>Starts reading on a thread of its own, which nothing awaits: a read of the terminal cannot be cancelled.</summary>
    public static void Start(WebSocketConnection connection) =>
        new Thread(() => Read(connection)) { IsBackground = true, Name = "keyboard" }.Start();

    private static void Read(WebSocketConnection connection)
    {
        // Not Console.In: that one takes the terminal over, and gives it back only when the process ends in order.
        using var lines = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        try
        {
            while (lines.ReadLine() is { } line) connection.SendAsync(line).AsTask().GetAwaiter().GetResult();
            _ = connection.CloseAsync();
        }
        catch (WebSocketClosedException)
        {
            // The record says what happened.
        }
    }
}
