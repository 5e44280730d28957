using System.Threading.RateLimiting;
using Cierre.AspNetCore.Admission;
using Cierre.Closing;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>How fast a peer may send: beyond it is 1008, by an ordinary close.</summary>
public class MessageRateTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Message_too_many_in_a_second_closes_with_1008(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, options => (options.MaxMessagesPerSecond, options.TimeProvider) = (3, new FakeTimeProvider()));
        await using WebSocketConnection client = await server.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("again");
            Assert.Equal("again", (await client.ReceiveAsync().Soon())!.Value.GetText());
        }

        await client.SendAsync("and again");
        CloseRecord theirs = await client.Closed.Soon();
        Assert.Equal((1008, "messages come faster than 3 per second", true), (theirs.Code, theirs.Reason, theirs.WasClean));
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1008, true, EndedBy.Local, CloseCause.PolicyViolation, 4L), (record.Code, record.WasClean, record.EndedBy, record.Cause, record.Traffic.MessagesReceived));
    }

    [Fact]
    public async Task Bytes_too_many_close_with_1008_in_the_middle_of_a_message_that_is_streamed()
    {
        var read = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            async connection =>
            {
                WebSocketMessageStream stream = (await connection.ReceiveStreamAsync())!;
                byte[] buffer = new byte[500];
                while (await stream.ReadAsync(buffer) != 0) read.TrySetResult();
            },
            options => (options.MaxBytesPerSecond, options.TimeProvider) = (1000, new FakeTimeProvider()));
        await using RawPeer peer = await server.RawAsync();
        await peer.SendFrameAsync(2, new byte[900], fin: false);
        // As one piece it would be a single larger message.
        await read.Task.Soon();
        await peer.SendFrameAsync(0, new byte[900], fin: false);
        RawFrame close = await peer.ReadFrameAsync();
        Assert.Equal((1008, "messages bring more than 1000 bytes per second"), (close.CloseCode, close.CloseReason));
        await peer.SendCloseAsync(1008);
        await peer.DisposeAsync();
        Assert.Equal((1008, CloseCause.PolicyViolation), await server.RecordAsync() is { } record ? (record.Code, record.Cause) : default);
    }

    [Fact]
    public async Task Limiter_of_the_application_s_is_asked_once_a_message_and_may_be_shared()
    {
        await using var shared = new ThreePermits();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, options => options.MessageLimiterSelector = _ => shared);
        await using WebSocketConnection one = await server.ConnectAsync(), two = await server.ConnectAsync();
        await one.SendAsync("1");
        await one.ReceiveAsync().Soon();
        await two.SendAsync("2");
        await two.ReceiveAsync().Soon();
        await one.SendAsync("3");
        await one.ReceiveAsync().Soon();
        await two.SendAsync("4");
        Assert.Equal((1008, "messages come faster than the rate limit"), await two.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
        Assert.True(one.IsOpen);
    }

    [Fact]
    public void Rate_allows_a_second_s_worth_at_once_and_fills_again()
    {
        var rate = new MessageRate(messages: 4, bytes: null, limiter: null);
        for (int i = 0; i < 4; i++) Assert.Null(Check(rate, 0));
        Assert.Equal(Violations.MessagesTooFast(4), Check(rate, 0.2));
        // A look that was refused cost nothing.
        Assert.Null(Check(rate, 0.25));
        Assert.NotNull(Check(rate, 0.25));
        for (int i = 0; i < 4; i++) Assert.Null(Check(rate, 100));
        Assert.NotNull(Check(rate, 100));
    }

    [Fact]
    public void Steady_sender_at_the_very_rate_is_never_refused()
    {
        var rate = new MessageRate(messages: 7, bytes: 7 * 333, limiter: null);
        for (int i = 0; i < 10_000; i++) Assert.Null(rate.Check(333, last: true, TimeSpan.FromTicks((long)Math.Ceiling(i * (double)TimeSpan.TicksPerSecond / 7))));
    }

    [Fact]
    public void Message_larger_than_the_bucket_is_taken_from_a_full_one_and_is_paid_for()
    {
        var rate = new MessageRate(messages: null, bytes: 100, limiter: null);
        Assert.Null(rate.Check(250, last: true, TimeSpan.Zero));
        Assert.Equal(Violations.BytesTooFast(100), rate.Check(1, last: true, TimeSpan.FromSeconds(1.5)));
        Assert.Null(rate.Check(1, last: true, TimeSpan.FromSeconds(1.51)));
        Assert.NotNull(rate.Check(250, last: true, TimeSpan.FromSeconds(2)));
        Assert.Null(rate.Check(250, last: true, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Piece_counts_its_bytes_and_only_the_last_counts_as_a_message()
    {
        var rate = new MessageRate(messages: 1, bytes: 100, limiter: null);
        for (int i = 0; i < 10; i++) Assert.Null(rate.Check(10, last: i == 9, TimeSpan.Zero));
        Assert.Equal(Violations.BytesTooFast(100), rate.Check(1, last: false, TimeSpan.Zero));
        Assert.Equal(Violations.MessagesTooFast(1), rate.Check(0, last: true, TimeSpan.Zero));
    }

    private static Violation? Check(MessageRate rate, double seconds) => rate.Check(10, last: true, TimeSpan.FromSeconds(seconds));

    /// <summary>Gives three permits and no more.</summary>
    private sealed class ThreePermits : RateLimiter
    {
        private int _left = 3;

        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => new Lease(Interlocked.Add(ref _left, -permitCount) >= 0);

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => throw new NotSupportedException();

        private sealed class Lease(bool acquired) : RateLimitLease
        {
            public override bool IsAcquired => acquired;

            public override IEnumerable<string> MetadataNames => [];

            public override bool TryGetMetadata(string metadataName, out object? metadata)
            {
                metadata = null;
                return false;
            }
        }
    }
}
