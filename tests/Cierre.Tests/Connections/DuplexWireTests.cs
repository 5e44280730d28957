using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Connections;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class DuplexWireTests
{
    private readonly Pipe _input = new(), _output = new();
    private readonly DuplexWire _wire;

    public DuplexWireTests() => _wire = new DuplexWire(_input.Reader, _output.Writer);

    [Fact]
    public async Task Ending_our_direction_is_an_end_for_the_peer()
    {
        await _wire.WriteAsync("last"u8.ToArray());
        await _wire.ShutdownSendAsync();
        ReadResult result = await _output.Reader.ReadAsync();
        Assert.Equal((4, true), (result.Buffer.Length, result.IsCompleted));
        Assert.False((await _input.Writer.WriteAsync(new byte[1])).IsCompleted);
    }

    [Fact]
    public async Task Abort_is_a_reset_for_the_peer()
    {
        _wire.Abort();
        var reset = await Assert.ThrowsAsync<SocketException>(async () => await _output.Reader.ReadAsync());
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Fact]
    public async Task Writing_to_an_end_that_is_gone_fails()
    {
        await _output.Reader.CompleteAsync();
        await Assert.ThrowsAsync<IOException>(async () => await _wire.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task Disposing_ends_both_directions()
    {
        await _wire.DisposeAsync();
        Assert.True((await _output.Reader.ReadAsync()).IsCompleted);
        Assert.True((await _input.Writer.WriteAsync(new byte[1])).IsCompleted);
    }
}
