using Cierre.Client;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class EndOfStreamWatchTests
{
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
    private static readonly byte[] Settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 255, 255];

    // Its payload looks like the end of a stream.
    private static readonly byte[] Data = [0, 0, 9, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1];
    private static readonly byte[] End = [0, 0, 0, 0, 1, 0, 0, 0, 1];
    private static readonly byte[] Reset = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8];

    public static TheoryData<byte[], int> Ends => [.. from end in (byte[][])[End, Reset] from size in (int[])[1, 7, 9, 1000] select (end, size)];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task End_is_seen_whatever_the_pieces_and_only_the_end(byte[] end, int size)
    {
        using var inner = new MemoryStream();
        using var watch = new EndOfStreamWatch(inner);
        byte[] before = [.. Preface, .. Settings, .. Data];
        await WriteAsync(watch, before, size);
        Task ended = watch.NextEnd();
        await WriteAsync(watch, Data, size);
        Assert.False(ended.IsCompleted);
        await WriteAsync(watch, end, size);
        Assert.True(ended.IsCompletedSuccessfully);
        Assert.Equal([.. before, .. Data, .. end], inner.ToArray());
    }

    [Fact]
    public async Task End_before_the_question_is_not_its_answer()
    {
        using var watch = new EndOfStreamWatch(new MemoryStream());
        await WriteAsync(watch, [.. Preface, .. End], 1000);
        Task ended = watch.NextEnd();
        Assert.False(ended.IsCompleted);
        watch.Write(End, 0, End.Length);
        await ended.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Connection_that_is_over_keeps_nobody_waiting()
    {
        var watch = new EndOfStreamWatch(new MemoryStream());
        Task ended = watch.NextEnd();
        await watch.DisposeAsync();
        await ended.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await watch.NextEnd().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static async Task WriteAsync(EndOfStreamWatch watch, byte[] bytes, int size)
    {
        for (int at = 0; at < bytes.Length; at += size) await watch.WriteAsync(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
    }
}
