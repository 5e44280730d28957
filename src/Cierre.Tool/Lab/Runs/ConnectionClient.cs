namespace Cierre.Tool.Lab.Runs;

/// <summary>A client's <see cref="WebSocketConnection"/>.</summary>
internal sealed class ConnectionClient(WebSocketConnection connection) : LabClient
{
    private static readonly byte[] Part = [.. "once upon a time "u8];

    public override Task<CloseRecord?> Closed => RecordAsync();

    public override ValueTask SendAsync(string text) => connection.SendAsync(text);

    public override ValueTask SendAsync(byte[] bytes) => connection.SendAsync(bytes);

    public override async Task SendInPartsAsync(int parts, bool isFinished)
    {
        try
        {
            WebSocketMessageStream message = await connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
            for (int i = 0; i < parts; i++) await message.WriteAsync(Part);
            if (!isFinished) await connection.Closed;
            await message.DisposeAsync();
        }
        catch (WebSocketClosedException)
        {
            // The server did not wait for the end of the message; the rest of it has nowhere to go.
        }
    }

    public override async Task<CloseRecord?> CloseAsync(CloseFrame frame) => await connection.CloseAsync(frame.Code, frame.Reason);

    public override void Abort() => connection.Abort();

    public override async Task ExpectNothingAsync()
    {
        if (await connection.ReceiveAsync() is not null) throw new InvalidOperationException("An unfinished message was delivered.");
    }

    public override ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<CloseRecord?> RecordAsync() => await connection.Closed;
}
