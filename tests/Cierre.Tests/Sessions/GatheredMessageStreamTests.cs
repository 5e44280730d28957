using System.Text;
using Cierre.Sessions;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class GatheredMessageStreamTests
{
    private readonly Played _played = new();

    [Fact]
    public async Task Pieces_go_out_as_one_message_when_the_stream_ends()
    {
        await using (var stream = new GatheredMessageStream(_played.Connection.Core, WebSocketMessageKind.Binary, compressible: true))
        {
            Assert.Equal((false, true), (stream.CanRead, stream.CanWrite));
            await stream.WriteAsync(new byte[] { 1, 2 });
            stream.Write([3]);
            stream.Write([0, 4, 0], 1, 1);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync(new byte[] { 9 }, new CancellationToken(true)));
            Assert.Empty(_played.Sent);
        }

        Assert.Equal([1, 2, 3, 4], Assert.Single(_played.Sent).Payload);
    }

    [Fact]
    public void Text_that_is_cut_inside_of_a_character_is_not_sent()
    {
        var stream = new GatheredMessageStream(_played.Connection.Core, WebSocketMessageKind.Text, compressible: true);
        stream.Write(Encoding.UTF8.GetBytes("é").AsSpan(0, 1));
        Assert.Throws<InvalidDataException>(stream.Dispose);
        Assert.Empty(_played.Sent);
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Write("x"u8));
    }

    [Fact]
    public async Task End_of_the_connection_is_no_news_of_the_end_of_a_message()
    {
        var stream = new GatheredMessageStream(_played.Connection.Core, WebSocketMessageKind.Text, compressible: true);
        stream.Write("late"u8);
        _played.Connection.Abort();
        await stream.DisposeAsync();
    }
}
