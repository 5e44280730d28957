using System.Globalization;
using Cierre.TestKit;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>docs/closing.md, "What an explanation claims": the patterns, of connections that counted for themselves, in both languages.</summary>
public sealed class EvidenceTests
{
    public static TheoryData<string, string> IdleTimeout => new() { { "en", "an idle timeout of 60 s" }, { "es", "un límite de inactividad de 60 s" } };

    public static TheoryData<string, string> Limit => new() { { "en", "a send of 100000 bytes, which suggests a limit" }, { "es", "enviar 100000 bytes, lo que apunta a un límite" } };

    public static TheoryData<string, string> MaximumAge => new() { { "en", "a maximum age of 10 min" }, { "es", "una duración máxima de 10 min" } };

    [Theory]
    [MemberData(nameof(IdleTimeout))]
    public async Task Silence_of_a_round_time_and_no_ping_in_between_suggests_an_idle_timeout(string culture, string words)
    {
        var played = new Played(client: true, o => o.PingInterval = Timeout.InfiniteTimeSpan);
        played.PeerText("hello");
        played.Clock.Advance(TimeSpan.FromSeconds(7));
        await played.Connection.SendAsync("last");
        played.Clock.Advance(TimeSpan.FromSeconds(60.4));
        Assert.Contains(words, await LoseAsync(played, TransportEndKind.EndOfStream, culture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "idle")]
    [InlineData("es", "inactividad")]
    public async Task Ping_in_between_speaks_against_it(string culture, string word)
    {
        var played = new Played(client: true, o => o.PingInterval = TimeSpan.FromSeconds(25));
        played.PeerText("hello");
        for (int second = 0; second < 30; second++) played.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(played.Sent, frame => frame.Opcode == Played.Ping);
        played.Clock.Advance(TimeSpan.FromSeconds(0.4));
        string explanation = await LoseAsync(played, TransportEndKind.Reset, culture);
        Assert.DoesNotContain(word, explanation, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Limit))]
    public async Task Reset_right_after_a_large_send_suggests_a_limit(string culture, string words)
    {
        var played = new Played(client: true);
        played.Clock.Advance(TimeSpan.FromSeconds(3));
        await played.Connection.SendAsync(new byte[100_000]);
        played.Clock.Advance(TimeSpan.FromSeconds(0.3));
        Assert.Contains(words, await LoseAsync(played, TransportEndKind.Reset, culture), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Limit))]
    public async Task Message_that_was_not_finished_counts_as_far_as_it_was_sent(string culture, string words)
    {
        var played = new Played(client: true);
        played.Clock.Advance(TimeSpan.FromSeconds(3));
        WebSocketMessageStream message = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        for (int i = 0; i < 4; i++) await message.WriteAsync(new byte[25_000]);
        Assert.Contains(words, await LoseAsync(played, TransportEndKind.Reset, culture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_send_of_a_while_ago_suggests_nothing_even_where_a_pong_went_out_since()
    {
        var played = new Played(client: true);
        await played.Connection.SendAsync(new byte[100_000]);
        played.Clock.Advance(TimeSpan.FromSeconds(5));
        played.Peer(Played.Ping);
        Assert.DoesNotContain("limit", await LoseAsync(played, TransportEndKind.Reset, "en"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(MaximumAge))]
    public async Task Round_lifetime_of_a_busy_connection_suggests_a_maximum_age(string culture, string words)
    {
        var played = new Played(client: true, o => o.PingInterval = Timeout.InfiniteTimeSpan);
        for (int minute = 0; minute < 10; minute++)
        {
            played.Clock.Advance(TimeSpan.FromMinutes(1));
            played.PeerText("tick");
            await played.ReceiveTextAsync();
        }

        played.Clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Contains(words, await LoseAsync(played, TransportEndKind.EndOfStream, culture), StringComparison.Ordinal);
    }

    private static async Task<string> LoseAsync(Played played, TransportEndKind how, string culture)
    {
        played.Wire.End(how);
        return (await played.Ended).Explain(CultureInfo.GetCultureInfo(culture));
    }
}
