using Cierre.TestKit;
using Cierre.Protocol;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionOptionsTests
{
    public static TheoryData<string, Action<WebSocketConnectionOptions>> Refused => new()
    {
        { nameof(WebSocketConnectionOptions.MaxMessageSize), o => o.MaxMessageSize = 0 },
        { nameof(WebSocketConnectionOptions.MaxMessageSize), o => o.MaxMessageSize = -1 },
        { nameof(WebSocketConnectionOptions.MaxFragments), o => o.MaxFragments = 0 },
        { nameof(WebSocketConnectionOptions.PingInterval), o => o.PingInterval = TimeSpan.Zero },
        { nameof(WebSocketConnectionOptions.PingInterval), o => o.PingInterval = TimeSpan.FromTicks(-1) },
        { nameof(WebSocketConnectionOptions.PingInterval), o => o.PingInterval = TimeSpan.FromDays(25) },
        { nameof(WebSocketConnectionOptions.PingTimeout), o => o.PingTimeout = TimeSpan.Zero },
        { nameof(WebSocketConnectionOptions.IdleTimeout), o => o.IdleTimeout = TimeSpan.Zero },
        { nameof(WebSocketConnectionOptions.IdleTimeout), o => o.IdleTimeout = TimeSpan.FromTicks(-1) },
        { nameof(WebSocketConnectionOptions.SendTimeout), o => o.SendTimeout = TimeSpan.Zero },
        { nameof(WebSocketConnectionOptions.SendTimeout), o => o.SendTimeout = TimeSpan.FromDays(25) },
        { nameof(WebSocketConnectionOptions.BroadcastTimeout), o => o.BroadcastTimeout = TimeSpan.Zero },
        { nameof(WebSocketConnectionOptions.BroadcastTimeout), o => o.BroadcastTimeout = TimeSpan.FromDays(25) },
        { nameof(WebSocketConnectionOptions.CloseTimeout), o => o.CloseTimeout = TimeSpan.Zero },
        { nameof(WebSocketConnectionOptions.CloseTimeout), o => o.CloseTimeout = Timeout.InfiniteTimeSpan },
        { nameof(WebSocketConnectionOptions.TimeProvider), o => o.TimeProvider = null! },
        { nameof(WebSocketConnectionOptions.PingInterval), o => o.PingInterval = TimeSpan.MaxValue },
        { nameof(WebSocketConnectionOptions.PingInterval), o => o.PingInterval = TimeSpan.FromMilliseconds(-2) },
        { nameof(WebSocketConnectionOptions.PingTimeout), o => o.PingTimeout = Timeout.InfiniteTimeSpan },
        { nameof(WebSocketConnectionOptions.AcceptedKind), o => o.AcceptedKind = (WebSocketMessageKind)7 },
        { nameof(WebSocketConnectionOptions.AcceptedKind), o => o.AcceptedKind = default(WebSocketMessageKind) },
        { nameof(WebSocketConnectionOptions.SlowReaderPolicy), o => o.SlowReaderPolicy = (SlowReaderPolicy)7 },
    };

    [Fact]
    public void Kinds_and_none_are_taken()
    {
        var options = new WebSocketConnectionOptions { AcceptedKind = WebSocketMessageKind.Binary };
        options.AcceptedKind = null;
        Assert.Null(options.AcceptedKind);
    }

    [Fact]
    public void Infinite_is_off()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var played = new Played(setup: o => (o.TimeProvider, o.PingInterval, o.IdleTimeout) = (clock, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        for (int i = 0; i < 50; i++) clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(played.Sent);
        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public void Zero_is_refused_with_what_switches_off()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketConnectionOptions().SendTimeout = TimeSpan.Zero);
        Assert.Contains("Timeout.InfiniteTimeSpan (-00:00:00.001 in a configuration) switches it off", refused.Message, StringComparison.Ordinal);
        var off = new WebSocketConnectionOptions { SendTimeout = Timeout.InfiniteTimeSpan, BroadcastTimeout = Timeout.InfiniteTimeSpan };
        Assert.Equal((Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), (off.SendTimeout, off.BroadcastTimeout));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Value_out_of_range_is_refused_with_the_options_name(string name, Action<WebSocketConnectionOptions> set)
    {
        var refused = Assert.ThrowsAny<ArgumentException>(() => set(new WebSocketConnectionOptions()));
        Assert.Equal(name, refused.ParamName);
    }

    [Fact]
    public void Defaults_are_those_of_the_engine_and_every_option_reaches_it()
    {
        Assert.Equal(ProtocolLimits.Default, new WebSocketConnectionOptions().ToLimits());
        var limits = new WebSocketConnectionOptions
        {
            MaxMessageSize = 1,
            MaxFragments = 2,
            AcceptedKind = WebSocketMessageKind.Binary,
            PingInterval = Timeout.InfiniteTimeSpan,
            PingTimeout = TimeSpan.FromSeconds(4),
            IdleTimeout = TimeSpan.FromSeconds(5),
            CloseTimeout = TimeSpan.FromSeconds(6),
        }.ToLimits();
        Assert.Equal(
            new ProtocolLimits
            {
                MaxMessageSize = 1,
                MaxFragments = 2,
                AcceptedKind = WebSocketOpcode.Binary,
                PingInterval = Timeout.InfiniteTimeSpan,
                PingTimeout = TimeSpan.FromSeconds(4),
                IdleTimeout = TimeSpan.FromSeconds(5),
                CloseTimeout = TimeSpan.FromSeconds(6),
            },
            limits);
    }

    [Fact]
    public async Task Kind_that_is_not_accepted_is_closed_with_1003_in_the_ordinary_way()
    {
        var played = new Played(setup: o => o.AcceptedKind = WebSocketMessageKind.Text);
        played.Peer(Played.Binary, "x"u8);
        Assert.Equal(1003, Assert.Single(played.Sent).CloseCode);
        played.PeerClose(1003);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((1003, true, CloseCause.UnsupportedData), (record.Code, record.WasClean, record.Cause));
    }

    [Fact]
    public async Task Message_over_the_limit_fails_the_connection_with_1009_from_its_header()
    {
        var played = new Played(setup: o => o.MaxMessageSize = 100);
        played.Wire.Push(played.Frame(Played.Binary, new byte[101]).AsSpan(0, 2));
        Assert.Equal(1009, Assert.Single(played.Sent).CloseCode);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, CloseCause.MessageTooBig), (record.Code, record.Cause));
    }

    [Fact]
    public void Copy_has_all_that_the_original_has_and_nothing_in_common_that_can_be_changed()
    {
        var options = OptionsCopy.Changed<WebSocketConnectionOptions>();
        Assert.Empty(OptionsCopy.Faults(options, new WebSocketConnectionOptions(options)));
        Assert.Throws<ArgumentNullException>("other", () => new WebSocketConnectionOptions(null!));
    }
}
