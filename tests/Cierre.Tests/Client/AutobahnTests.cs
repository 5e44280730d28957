using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>Rows of Autobahn's fuzzing server against our client: strict, also where the message comes before anybody receives.</summary>
public sealed class AutobahnTests
{
    public static TheoryData<bool, bool> TlsAndLate => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(TlsAndLate))]
    public async Task Valid_message_before_a_broken_frame_is_answered_before_the_failure(bool tls, bool late)
    {
        foreach (AutobahnCase played in AutobahnCase.ValidThenBroken)
        {
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using RawServer server = RawServer.Start(
                async peer =>
                {
                    foreach (byte[] piece in played.Pieces(mask: false)) await peer.SendAsync(piece);
                    sent.SetResult();
                    foreach (string echo in played.Echoes)
                    {
                        RawFrame frame = await peer.ReadFrameAsync();
                        Assert.Equal((played.Id, 1, echo), (played.Id, frame.Opcode, frame.Text));
                    }

                    RawFrame close = await peer.ReadFrameAsync();
                    Assert.Equal((played.Id, 8, 1002), (played.Id, close.Opcode, close.CloseCode));
                },
                certificate: tls ? Certificates.ForLocalhost() : null);
            WebSocketClientOptions options = ClientRig.Options();
#pragma warning disable CA5359 // A certificate of the test's own making.
            options.ConfigureHandler = handler => handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            WebSocketConnection connection = await WebSocketConnection.ConnectAsync(server.Url, options);
            if (late) await sent.Task;
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
            CloseRecord record = await connection.Closed;
            (string, int, int, CloseCause, EndedBy) told = (played.Id, record.Code, record.Sent!.Code, record.Cause, record.EndedBy);
            Assert.Equal((played.Id, 1006, 1002, CloseCause.ProtocolViolation, EndedBy.Local), told);
            await server.ScriptsAsync();
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(1, 256)]
    [InlineData(2, 64)]
    [InlineData(2, 256)]
    public async Task Message_of_4_MiB_in_tens_of_thousands_of_fragments_arrives(int opcode, int size)
    {
        const int Whole = 4 * 1024 * 1024;
        byte[] fragment = [.. Enumerable.Repeat((byte)'*', size)];
        await using RawServer server = RawServer.Start(async peer =>
        {
            int count = Whole / size;
            IEnumerable<byte> bytes = Enumerable.Range(0, count + 1)
                .SelectMany(i => RawPeer.Frame(i == 0 ? opcode : 0, i == count ? [] : fragment, fin: i == count, rsv: 0, mask: false));
            await peer.SendAsync(bytes.ToArray());
            await peer.SendCloseAsync(1000);
        });
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o => o.MaxMessageSize = Whole);
        WebSocketMessage message = (await connection.ReceiveAsync())!.Value;
        Assert.Equal((opcode, Whole), ((int)message.Kind, message.Data.Length));
        Assert.False(message.Data.Span.ContainsAnyExcept((byte)'*'));
        Assert.Null(await connection.ReceiveAsync());
        await connection.DisposeAsync();
    }
}
