using Cierre.Connections;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class TransportEffectsTests
{
    [Fact]
    public void What_two_moves_ask_for_is_done_once()
    {
        Afterwards reads = new(TransportEffects.ReadOn), wakes = new(TransportEffects.None, WakesReader: true);
        Assert.Equal(new Afterwards(TransportEffects.ReadOn | TransportEffects.Cut, WakesReader: true), reads | wakes | new Afterwards(TransportEffects.Cut) | reads);
    }

    [Fact]
    public void Nothing_is_nothing()
    {
        Assert.True(default(Afterwards).IsNothing);
        Assert.False(new Afterwards(TransportEffects.None, WakesReader: true).IsNothing);
        Assert.False(new Afterwards(TransportEffects.ReadOn).IsNothing);
    }
}
