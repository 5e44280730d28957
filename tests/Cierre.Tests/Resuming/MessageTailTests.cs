using System.Text;
using Cierre.Resuming;
using CsCheck;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class MessageTailTests
{
    private MessageTail _tail;

    [Fact]
    public void Message_goes_out_behind_its_mark_and_is_kept_so()
    {
        Assert.Equal("=hi", Text(_tail.Add(WebSocketOpcode.Text, "hi"u8)));
        Assert.Equal("=", Text(_tail.Add(WebSocketOpcode.Binary, [])));
        Assert.Equal((2, 2, 0, 2), (_tail.Last, _tail.Count, _tail.Acknowledged, _tail.Bytes));
        Assert.Equal(["Text =hi", "Binary ="], After(0));
        Assert.Equal(["Binary ="], After(1));
        Assert.Empty(After(2));
    }

    [Fact]
    public void What_is_acknowledged_is_dropped_and_the_numbers_go_on()
    {
        for (int i = 1; i <= 5; i++) _tail.Add(WebSocketOpcode.Text, Encoding.ASCII.GetBytes($"{i}"));
        _tail.DropThrough(3);
        Assert.Equal((5, 2, 3, 2), (_tail.Last, _tail.Count, _tail.Acknowledged, _tail.Bytes));
        Assert.Equal(["Text =4", "Text =5"], After(3));
        _tail.DropThrough(5);
        Assert.Equal((5, 0, 5, 0), (_tail.Last, _tail.Count, _tail.Acknowledged, _tail.Bytes));
        _tail.Add(WebSocketOpcode.Text, "6"u8);
        Assert.Equal(["Text =6"], After(5));
        _tail.Release();
        Assert.Equal((6, 0, 0), (_tail.Last, _tail.Count, _tail.Bytes));
    }

    [Fact]
    public void Tail_is_a_queue_whatever_is_added_and_dropped() => Gen.Select(Gen.Int[0, 300], Gen.Int[0, 4]).Array[1, 60].Sample(steps =>
    {
        MessageTail tail = default;
        var model = new Queue<byte[]>();
        long dropped = 0;
        foreach ((int size, int drops) in steps)
        {
            byte[] payload = [.. Enumerable.Range(0, size).Select(i => (byte)(i + size))];
            tail.Add(size % 2 == 0 ? WebSocketOpcode.Binary : WebSocketOpcode.Text, payload);
            model.Enqueue(payload);
            for (int i = 0; i < drops && model.Count > 0; i++, dropped++) model.Dequeue();
            tail.DropThrough(dropped);
            Assert.Equal((model.Count, model.Sum(message => message.Length)), (tail.Count, tail.Bytes));
            MessageTail.Reader reader = tail.After(dropped);
            foreach (byte[] expected in model)
            {
                Assert.True(reader.TryRead(out WebSocketOpcode kind, out ReadOnlySpan<byte> message, out _));
                Assert.Equal(expected.Length % 2 == 0 ? WebSocketOpcode.Binary : WebSocketOpcode.Text, kind);
                Assert.True(message[1..].SequenceEqual(expected) && message[0] == '=');
            }

            Assert.False(reader.TryRead(out _, out _, out _));
        }

        tail.Release();
    });

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private List<string> After(long number)
    {
        var found = new List<string>();
        MessageTail.Reader reader = _tail.After(number);
        while (reader.TryRead(out WebSocketOpcode kind, out ReadOnlySpan<byte> message, out _)) found.Add($"{kind} {Text(message)}");
        return found;
    }
}
