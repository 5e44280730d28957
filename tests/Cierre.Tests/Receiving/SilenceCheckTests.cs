using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class SilenceCheckTests
{
    private static readonly TimeSpan Silent = TimeSpan.FromMinutes(1);
    private readonly WebSocketProtocol _engine = new(WebSocketRole.Server, ProtocolLimits.Default);
    private readonly FakeTransport _transport = new();
    private SilenceCheck _check;

    public SilenceCheckTests() => _engine.Tick(_transport, TimeSpan.FromSeconds(30));

    private bool IsCertain(TimeSpan now, out bool probe) => _check.IsCertain(_engine, _transport, now, out probe);

    [Fact]
    public void Peer_that_is_not_late_needs_no_look()
    {
        Assert.True(IsCertain(TimeSpan.FromSeconds(31), out bool probe));
        Assert.False(probe);
    }

    [Fact]
    public void One_exact_look_that_finds_nothing_is_enough()
    {
        Assert.False(IsCertain(Silent, out bool probe));
        Assert.True(probe);
        Assert.False(IsCertain(Silent, out probe));
        Assert.False(probe);
        Assert.True(_check.Probed(Silent));
        Assert.True(IsCertain(Silent, out probe));
        Assert.False(probe);
    }

    [Fact]
    public void Where_layers_lie_in_between_two_looks_are_made_20_ms_apart()
    {
        _transport.ProbesByHand = true;
        Assert.False(IsCertain(Silent, out _));
        Assert.True(_check.Probed(Silent));
        Assert.False(IsCertain(Silent, out bool probe));
        Assert.False(probe);
        TimeSpan later = Silent + SilenceCheck.ProbeAgain;
        Assert.False(IsCertain(later, out probe));
        Assert.True(probe);
        Assert.True(_check.Probed(later));
        Assert.True(IsCertain(later, out probe));
    }

    [Fact]
    public void Look_of_somebody_else_counts_for_nothing() => Assert.False(_check.Probed(Silent));

    [Fact]
    public void Bytes_that_the_kernel_has_had_since_are_life()
    {
        _transport.ProbesByHand = true;
        _transport.SaysArrived = 10;
        Assert.False(_check.HasArrived(_transport));
        _check.NoteArrived(_transport);
        Assert.False(_check.HasArrived(_transport));
        _transport.SaysArrived = 11;
        Assert.True(_check.HasArrived(_transport));
    }
}
