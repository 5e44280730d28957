using System.Text;

namespace Cierre.Tool.Connect;

/// <summary>The keyboard: a line typed is a message sent on the connection that is open, the end of the input (Ctrl-D) hangs up.</summary>
/// <param name="unsent">Told of a line that no connection took.</param>
/// <param name="hangUp">Called at the end of the input.</param>
internal sealed class Interactive(Action<string> unsent, Action hangUp)
{
    private volatile WebSocketConnection? _connection;
    private bool _started;

    /// <summary>From now on lines go to this connection. The first call starts reading, on a thread of its own which nothing awaits: a read of the terminal
    /// cannot be cancelled.</summary>
    public void TalkTo(WebSocketConnection connection)
    {
        _connection = connection;
        if (_started) return;
        _started = true;
        new Thread(Read) { IsBackground = true, Name = "keyboard" }.Start();
    }

    private void Read()
    {
        foreach (string line in LineEditor.IsPossible ? LineEditor.ReadLines() : PlainLines()) Send(line);
        hangUp();
    }

    /// <summary>For a terminal that cannot move its cursor. Not Console.In: that one takes the terminal over.</summary>
    private static IEnumerable<string> PlainLines()
    {
        using var lines = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        while (lines.ReadLine() is { } line) yield return line;
    }

    private void Send(string line)
    {
        try
        {
            _connection!.SendAsync(line).AsTask().GetAwaiter().GetResult();
        }
        catch (WebSocketClosedException)
        {
            // The record says what happened.
            unsent(line);
        }
    }
}
