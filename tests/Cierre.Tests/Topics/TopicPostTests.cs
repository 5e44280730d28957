using System.Text;
using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Topics;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class TopicPostTests : TopicSessionTests
{
    [Fact]
    public async Task Binary_message_is_binary_and_has_its_head_in_varints()
    {
        await JoinAsync();
        Said();
        await Logs.AppendAsync("room", WebSocketOpcode.Binary, new byte[] { 7, 8 });
        Assert.Equal((Played.Binary, 0x23, 1, 1, 7, 8), Line.Sent is [{ Opcode: var kind, Payload: [var mark, var id, var offset, _, _, var a, var b] }]
            ? (kind, mark, id, offset, a, b) : default);
    }

    [Fact]
    public async Task Sessions_get_the_same_bytes_and_plain_connections_the_payload()
    {
        var one = new Played();
        var other = new Played();
        var plain = new Played();
        var entry = new TopicEntry(15521, 0xa1b3, WebSocketOpcode.Text, "hello all"u8.ToArray());
        using (var post = new TopicPost(entry, number: 7, most: 3))
        {
            Assert.Equal(Cierre.Sending.EnqueueResult.Taken, post.TryEnqueue(one.Connection.Driver, marked: true));
            Assert.Equal(Cierre.Sending.EnqueueResult.Taken, post.TryEnqueue(other.Connection.Driver, marked: true));
            Assert.Equal(Cierre.Sending.EnqueueResult.Taken, post.TryEnqueue(plain.Connection.Driver, marked: false));
        }

        Assert.Equal(["#7.15521.a1b3 hello all", "#7.15521.a1b3 hello all", "hello all"],
            new[] { one, other, plain }.Select(line => Encoding.UTF8.GetString(Assert.Single(line.Sent).Payload)));
        plain.Connection.Abort();
        await plain.Ended;
        using var late = new TopicPost(entry, number: 7, most: 1);
        Assert.Equal(Cierre.Sending.EnqueueResult.Closed, late.TryEnqueue(plain.Connection.Driver, marked: false));
    }
}
