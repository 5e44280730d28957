using System.Net.Sockets;
using Xunit;

namespace Cierre.Tests.TestKit;

public sealed class MemoryLinkStreamTests
{
    private readonly MemoryLinkStream _near;
    private readonly MemoryLinkStream _far;

    public MemoryLinkStreamTests() => (_near, _far) = MemoryLinkStream.Link(capacity: 1000);

    [Fact]
    public async Task Bytes_cross_both_ways_in_the_pieces_that_are_asked_for()
    {
        await _near.WriteAsync("hello"u8.ToArray());
        byte[] buffer = new byte[3];
        Assert.Equal(3, await _far.ReadAsync(buffer));
        Assert.Equal("hel"u8.ToArray(), buffer);
        Assert.Equal(2, await _far.ReadAsync(buffer));
        await _far.WriteAsync("back"u8.ToArray());
        Assert.Equal(3, await _near.ReadAsync(buffer));
    }

    [Fact]
    public async Task Zero_byte_read_waits_and_takes_nothing()
    {
        Task<int> read = _far.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(read.IsCompleted);
        await _near.WriteAsync("x"u8.ToArray());
        Assert.Equal(0, await read.WaitAsync(RawPeer.DefaultBound));
        Assert.Equal(1, await _far.ReadAsync(new byte[8]));
    }

    [Fact]
    public async Task Half_close_ends_one_direction_behind_what_was_written()
    {
        await _near.WriteAsync("x"u8.ToArray());
        _near.HalfClose();
        Assert.Equal(1, await _far.ReadAsync(new byte[8]));
        Assert.Equal(0, await _far.ReadAsync(new byte[8]));
        await _far.WriteAsync("y"u8.ToArray());
        Assert.Equal(1, await _near.ReadAsync(new byte[8]));
    }

    [Fact]
    public async Task Reset_breaks_both_directions()
    {
        Task<int> read = _far.ReadAsync(new byte[8]).AsTask();
        _near.Reset();
        IOException broken = await Assert.ThrowsAsync<IOException>(() => read.WaitAsync(RawPeer.DefaultBound));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(broken.InnerException).SocketErrorCode);
        await Assert.ThrowsAsync<IOException>(() => _far.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Full_direction_makes_its_writer_wait()
    {
        Task written = _near.WriteAsync(new byte[2000]).AsTask();
        Assert.False(written.IsCompleted);
        await _far.ReadExactlyAsync(new byte[2000]);
        await written.WaitAsync(RawPeer.DefaultBound);
    }

    [Fact]
    public async Task Dispose_wakes_who_reads_and_who_writes_and_ends_the_other_side()
    {
        Task<int> read = _near.ReadAsync(new byte[8]).AsTask();
        Task written = _near.WriteAsync(new byte[2000]).AsTask();
        await _near.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(RawPeer.DefaultBound));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => written.WaitAsync(RawPeer.DefaultBound));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _near.WriteAsync(new byte[1]).AsTask());
        Assert.Equal(2000, await _far.ReadAtLeastAsync(new byte[4000], 4000, throwOnEndOfStream: false));
        await Assert.ThrowsAsync<IOException>(() => _far.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Raw_peers_play_over_it()
    {
        using RawPeer client = RawPeer.Over(_near, client: true), server = RawPeer.Over(_far, client: false);
        await client.SendTextAsync("hello");
        RawFrame frame = await server.ReadFrameAsync();
        Assert.Equal(("hello", true), (frame.Text, frame.Masked));
        await server.HalfCloseAsync();
        Assert.Equal(RawEnd.Fin, (await client.ReadToEndAsync()).End);
        client.Reset();
        Assert.Equal(RawEnd.Reset, (await server.ReadToEndAsync()).End);
        Assert.Throws<InvalidOperationException>(() => server.Socket);
    }
}
