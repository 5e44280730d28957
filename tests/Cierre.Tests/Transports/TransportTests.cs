using System.Buffers;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class TransportTests
{
    [Fact]
    public async Task What_is_staged_during_a_flush_is_in_the_next_one()
    {
        var transport = new FakeTransport { HoldsFlushes = true };
        transport.Write("first"u8);
        Assert.Equal((5, 5), (transport.Staged, transport.Backlog));
        transport.BeginFlush();
        Task flush = transport.FlushAsync().AsTask();
        transport.Write("second"u8);
        Assert.Equal((6, 11), (transport.Staged, transport.Backlog));
        Assert.Equal("first"u8, transport.Output);
        transport.CompleteFlush();
        await flush;
        transport.EndFlush();
        Assert.Equal((6, 6), (transport.Staged, transport.Backlog));
        transport.BeginFlush();
        _ = transport.FlushAsync();
        Assert.Equal("firstsecond"u8, transport.Output);
    }

    [Fact]
    public void Dropping_what_is_staged_leaves_the_flush_alone()
    {
        var transport = new FakeTransport { HoldsFlushes = true };
        transport.Write("first"u8);
        transport.BeginFlush();
        transport.Write("second"u8);
        transport.DropStaged();
        Assert.Equal((0, 5), (transport.Staged, transport.Backlog));
        _ = transport.FlushAsync();
        Assert.Equal("first"u8, transport.Output);
    }

    [Fact]
    public void Writing_into_the_memory_handed_out_stages_it()
    {
        var transport = new FakeTransport();
        "abc"u8.CopyTo(transport.GetMemory(3).Span);
        transport.Advance(3);
        "def"u8.CopyTo(transport.GetSpan(3));
        transport.Advance(3);
        transport.BeginFlush();
        _ = transport.FlushAsync();
        Assert.Equal("abcdef"u8, transport.Output);
    }
}
