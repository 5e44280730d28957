using System.Globalization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>Shows how far a file is that is being sent, on standard error, where that is a terminal.</summary>
internal static class SendProgress
{
    private const int Width = 24;
    private const int LongestName = 30;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    public static async Task ShowAsync(WebSocketConnection connection, BinaryFile file, Task sending)
    {
        try
        {
            while (!Console.IsErrorRedirected && await Task.WhenAny(sending, Task.Delay(Between)) != sending)
            {
                StatusLine.Show(Line(file.Name, connection.Traffic.LastSentBytes, file.Content.Length));
            }

            await sending;
        }
        finally
        {
            if (!Console.IsErrorRedirected) StatusLine.Clear();
        }
    }

    internal static string Line(string name, long sent, long total)
    {
        double share = total == 0 ? 1 : Math.Clamp((double)sent / total, 0, 1);
        return string.Create(CultureInfo.InvariantCulture,
            $"> {UntrustedText.Escape(name, LongestName)} {StatusLine.Bar((int)(share * Width), Width)} {(int)(share * 100),3} % of {total / 1e6:0.0} MB");
    }
}
