namespace Cierre.Tool.Connect;

/// <summary>What to do on an open connection: what to send, how many messages to await, how to close.</summary>
/// <param name="Texts">Sent first, as text.</param>
/// <param name="Files">Sent then, each as one binary message.</param>
/// <param name="Expect">As <c>--expect</c> says; null where it was not given.</param>
/// <param name="Close">As <c>--close</c> says; null where it was not given.</param>
internal sealed record Script(IReadOnlyList<string> Texts, IReadOnlyList<BinaryFile> Files, long? Expect, CloseArgument? Close)
{
    /// <summary>How many messages must come for the run to be as expected.</summary>
    public long Expected => Expect ?? Texts.Count + Files.Count;

    /// <summary>Whether we close once they have come; where nothing was asked for, the peer or the timeout ends the run.</summary>
    public bool ClosesByItself => Expect is not null || Close is not null || Texts.Count + Files.Count > 0;

    /// <exception cref="WebSocketClosedException">The connection ended first.</exception>
    public async Task SendAsync(WebSocketConnection connection, IConnectReport report)
    {
        foreach (string text in Texts)
        {
            report.Sending(text);
            await connection.SendAsync(text);
        }

        foreach (BinaryFile file in Files)
        {
            report.Sending(file);
            await SendProgress.ShowAsync(connection, file, connection.SendAsync(file.Content).AsTask());
        }
    }
}
