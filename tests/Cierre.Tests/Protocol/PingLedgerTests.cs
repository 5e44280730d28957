using Cierre.Protocol;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.5.3.</summary>
public class PingLedgerTests
{
    [Fact]
    public void A_pong_answers_its_ping_once()
    {
        PingLedger ledger = default;
        byte[] payload = new byte[PingLedger.PayloadSize];
        ulong number = ledger.Next(payload, TimeSpan.FromSeconds(1));
        Assert.True(ledger.TryAnswer(payload, TimeSpan.FromSeconds(3), out ulong answered, out TimeSpan roundTrip));
        Assert.Equal((number, TimeSpan.FromSeconds(2)), (answered, roundTrip));
        Assert.False(ledger.TryAnswer(payload, TimeSpan.FromSeconds(3), out _, out _));
    }

    [Fact]
    public void A_pong_answers_all_pings_before_it()
    {
        PingLedger ledger = default;
        byte[] first = new byte[PingLedger.PayloadSize], second = new byte[PingLedger.PayloadSize], third = new byte[PingLedger.PayloadSize];
        ledger.Next(first, TimeSpan.FromSeconds(1));
        ledger.Next(second, TimeSpan.FromSeconds(2));
        ledger.Next(third, TimeSpan.FromSeconds(3));
        Assert.True(ledger.TryAnswer(second, TimeSpan.FromSeconds(10), out _, out TimeSpan roundTrip));
        Assert.Equal(TimeSpan.FromSeconds(8), roundTrip);
        Assert.False(ledger.TryAnswer(first, default, out _, out _));
        Assert.True(ledger.TryAnswer(third, default, out _, out _));
    }

    [Fact]
    public void A_pong_that_answers_nothing_is_ignored()
    {
        PingLedger ledger = default;
        Assert.False(ledger.TryAnswer(new byte[8], default, out _, out _));
        byte[] payload = new byte[PingLedger.PayloadSize];
        ledger.Next(payload, default);
        Assert.False(ledger.TryAnswer([], default, out _, out _));
        Assert.False(ledger.TryAnswer([.. payload, 0], default, out _, out _));
        Assert.False(ledger.TryAnswer(new byte[8], default, out _, out _));
        Assert.True(ledger.TryAnswer(payload, default, out _, out _));
    }

    [Fact]
    public void Only_the_last_64_pings_are_remembered()
    {
        PingLedger ledger = default;
        byte[] first = new byte[PingLedger.PayloadSize], second = new byte[PingLedger.PayloadSize], other = new byte[PingLedger.PayloadSize];
        ledger.Next(first, default);
        ledger.Next(second, default);
        for (int i = 0; i < 63; i++) ledger.Next(other, default);
        Assert.False(ledger.TryAnswer(first, default, out _, out _));
        Assert.True(ledger.TryAnswer(second, default, out _, out _));
    }
}
