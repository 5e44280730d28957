using System.Text;
using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary><see cref="WebSocketStream"/> of .NET 10 over the socket.</summary>
public sealed class WebSocketStreamTests : ContractSuite<WebSocketStreamTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("a stream of messages writes each write as a message", async t =>
        {
            await using var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary);
            await WriteAsync(t, stream, "one");
            await WriteAsync(t, stream, "two");
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            write: done | Open
            write: done | Open
            peer: Binary 'one'
            peer: Binary 'two'
            """),
        new("a stream of text", async t =>
        {
            await using var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Text);
            await WriteAsync(t, stream, "one");
            await t.PeerReadsAsync();
        }, """
            write: done | Open
            peer: Text 'one'
            """),
        new("a stream of messages reads on across messages", async t =>
        {
            await using var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary);
            await t.PeerSendsAsync(t.Frame(2, "one"), t.Frame(2, "two", fin: false));
            await ReadAsync(t, stream);
            await ReadAsync(t, stream, 2);
            await ReadAsync(t, stream);
            await t.PeerSendsAsync(t.Frame(0, "three"));
            await ReadAsync(t, stream);
        }, """
            read: 'one' | Open
            read: 'tw' | Open
            read: 'o' | Open
            read: 'three' | Open
            """),
        new("a stream of messages ends at the peer's close", async t =>
        {
            await using var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary);
            await t.PeerSendsAsync(t.Frame(2, "one"), t.Frame(8, RawFrame.CloseBody(4000)));
            await ReadAsync(t, stream);
            await ReadAsync(t, stream);
            t.Properties();
        }, """
            read: 'one' | Open
            read: '' | CloseReceived
            properties: CloseReceived, 4000 '', protocol null
            """),
        new("a stream of messages at a loss", async t =>
        {
            await using var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary);
            await t.Peer.HalfCloseAsync();
            await ReadAsync(t, stream);
            t.Properties();
        }, """
            read: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("a zero-byte read of a stream waits", async t =>
        {
            await using var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary);
            Trial.Running read = Trial.Begin("read", async () => $"{await stream.ReadAsync(Memory<byte>.Empty)} bytes");
            await t.PeerPingsAsync();
            t.Waits(read);
            await t.PeerSendsAsync(t.Frame(2, "hello"));
            await t.EndAsync(read);
            await ReadAsync(t, stream);
        }, """
            peer: Pong 'ping'
            read: waits | Open
            read: 0 bytes | Open
            read: 'hello' | Open
            """),
        new("a stream that owns its socket closes it", async t =>
        {
            var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary, ownsWebSocket: true);
            Trial.Running dispose = Trial.Begin("dispose", () => stream.DisposeAsync().AsTask());
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(1000);
            await t.EndAsync(dispose);
        }, """
            peer: Close 1000 ''
            dispose: done | Closed
            """),
        new("a stream that does not own its socket leaves it open", async t =>
        {
            var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary);
            await t.DoAsync("dispose", () => stream.DisposeAsync().AsTask());
            await t.SendAsync("still open");
            await t.PeerReadsAsync();
        }, """
            dispose: done | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a stream with a close timeout waits for the peer's close", async t =>
        {
            var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary, TimeSpan.FromMinutes(5));
            Trial.Running dispose = Trial.Begin("dispose", () => stream.DisposeAsync().AsTask());
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(1000);
            await t.EndAsync(dispose);
            t.Properties();
        }, """
            peer: Close 1000 ''
            dispose: done | Closed
            properties: Closed, NormalClosure '', protocol null
            """),
        new("a stream with a close timeout that is over", async t =>
        {
            var stream = WebSocketStream.Create(t.Socket, WebSocketMessageType.Binary, TimeSpan.FromMilliseconds(500));
            Trial.Running dispose = Trial.Begin("dispose", () => stream.DisposeAsync().AsTask());
            await t.PeerReadsAsync();
            await t.EndAsync(dispose);
        }, """
            peer: Close 1000 ''
            dispose: done | Aborted
            """),
        new("a stream to write one message", async t =>
        {
            var stream = WebSocketStream.CreateWritableMessageStream(t.Socket, WebSocketMessageType.Text);
            await WriteAsync(t, stream, "one");
            await WriteAsync(t, stream, "two");
            await t.DoAsync("dispose", () => stream.DisposeAsync().AsTask());
            await t.PeerReadsPiecesAsync();
        }, """
            write: done | Open
            write: done | Open
            dispose: done | Open
            peer: Text 'one' more
            peer: Continuation 'two' more
            peer: Continuation ''
            """),
        new("a stream to write one message into which nothing is written", async t =>
        {
            var stream = WebSocketStream.CreateWritableMessageStream(t.Socket, WebSocketMessageType.Text);
            await t.DoAsync("dispose", () => stream.DisposeAsync().AsTask());
            await t.PeerReadsPiecesAsync();
        }, """
            dispose: done | Open
            peer: Text ''
            """),
        new("a stream to read one message ends with it", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await using (var stream = WebSocketStream.CreateReadableMessageStream(t.Socket))
            {
                await ReadAsync(t, stream);
                await t.PeerSendsAsync(t.Frame(0, "two"), t.Frame(1, "next"));
                await ReadAsync(t, stream);
                await ReadAsync(t, stream);
            }

            await t.ReceiveAsync();
        }, """
            read: 'one' | Open
            read: 'two' | Open
            read: '' | Open
            receive: Text 'next' end | Open
            """),
        new("a stream to read one message of no bytes", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, ""), t.Frame(1, "next"));
            await using (var stream = WebSocketStream.CreateReadableMessageStream(t.Socket)) await ReadAsync(t, stream);
            await t.ReceiveAsync();
        }, """
            read: '' | Open
            receive: Text 'next' end | Open
            """),
        new("a stream to read one message meets the peer's close", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await using (var stream = WebSocketStream.CreateReadableMessageStream(t.Socket)) await ReadAsync(t, stream);
            t.Properties();
        }, """
            read: '' | CloseReceived
            properties: CloseReceived, 4000 'bye', protocol null
            """),
        new("a stream to read one message meets a loss inside it", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await using var stream = WebSocketStream.CreateReadableMessageStream(t.Socket);
            await ReadAsync(t, stream);
            await t.Peer.HalfCloseAsync();
            await ReadAsync(t, stream);
        }, """
            read: 'one' | Open
            read: WebSocketException ConnectionClosedPrematurely | Aborted
            """),
        new("copying 1 MiB through a stream", async t =>
        {
            await using var stream = WebSocketStream.CreateReadableMessageStream(t.Socket);
            Task sent = t.Peer.SendFrameAsync(2, new byte[1024 * 1024]);
            using var copy = new MemoryStream();
            await t.DoAsync("copy", () => stream.CopyToAsync(copy));
            await sent;
            t.See($"{copy.Length} bytes");
        }, """
            copy: done | Open
            1048576 bytes
            """),
    ];

    private static Task WriteAsync(Trial t, Stream stream, string text) => t.DoAsync("write", () => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask());

    private static Task ReadAsync(Trial t, Stream stream, int size = 64) => t.DoAsync("read", async () =>
    {
        byte[] buffer = new byte[size];
        return $"'{Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer))}'";
    });
}
