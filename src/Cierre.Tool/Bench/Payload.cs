namespace Cierre.Tool.Bench;

/// <summary>The message that every connection sends, and that has to come back.</summary>
internal sealed class Payload(WebSocketMessageKind kind, int size)
{
    private readonly byte[] _bytes = Create(kind, size);

    public WebSocketMessageKind Kind => kind;

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public bool IsEchoedBy(WebSocketMessage message) => message.Kind == kind && message.Data.Span.SequenceEqual(_bytes);

    private static byte[] Create(WebSocketMessageKind kind, int size)
    {
        byte[] bytes = new byte[size];
        // Letters, or every byte there is: a shift or a loss in the echo shows.
        for (int i = 0; i < size; i++) bytes[i] = (byte)(kind == WebSocketMessageKind.Text ? 'a' + (i % 26) : (i * 31) + 7);
        return bytes;
    }
}
