using Cierre.AspNetCore.SystemNet;
using Cierre.Closing;
using Cierre.Telemetry;
using Cierre.TestKit;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>The bytes that pass, one by one: a relay without a network.</summary>
public sealed class ObservedStreamTests
{
    private static readonly byte[] Close = Frames.Close(Side.Server, 1012, "the service restarts");
    private static readonly byte[] Begin = Frames.Raw(Side.Server, 0x01, [1, 2]);
    private static readonly byte[] Middle = Frames.Raw(Side.Server, 0x00, [3]);
    private static readonly byte[] End = Frames.Raw(Side.Server, 0x80, [4]);
    private static readonly byte[] Ping = Frames.Ping(Side.Server);

    private static readonly Gen<byte[][]> AnyMessage = Gen.Select(
        Gen.Byte.Array[0, 200].Array[1, 4], Gen.Bool, (parts, pings) => parts.SelectMany((part, i) =>
        {
            byte[] frame = Frames.Raw(Side.Server, (i == parts.Length - 1 ? Frames.Fin : 0) | (i == 0 ? 2 : 0), part);
            return pings && i < parts.Length - 1 ? new[] { frame, Ping } : [frame];
        }).ToArray());

    [Fact]
    public void Whenever_it_drains_the_close_frame_stands_behind_the_message_that_is_under_way_and_nothing_behind_it() =>
        Gen.Select(AnyMessage.Array[1, 6], Gen.Int[1, 300].Array[1, 10], Gen.Int[0, 40]).Sample(
            (messages, cuts, drainAt) =>
            {
                byte[] all = [.. messages.SelectMany(message => message.SelectMany(frame => frame))];
                List<int> borders = [0];
                foreach (byte[][] message in messages) borders.Add(borders[^1] + message.Sum(frame => frame.Length));
                var rig = new Rig();
                int at = 0, drained = -1;
                for (int turn = 0; at < all.Length; turn++)
                {
                    if (turn == drainAt)
                    {
                        rig.Drain();
                        drained = at;
                    }

                    int size = Math.Min(cuts[turn % cuts.Length], all.Length - at);
                    rig.Write(all.AsSpan(at, size).ToArray());
                    at += size;
                }

                byte[] expected = drained < 0 ? all : [.. all[..borders.First(border => border >= drained)], .. Close];
                return rig.ToClient.SequenceEqual(expected);
            },
            iter: 3000);

    [Fact]
    public async Task Message_that_takes_longer_than_half_of_the_close_timeout_has_it_between_two_frames()
    {
        var rig = new Rig();
        rig.Write([.. Begin, .. Middle[..1]]);
        rig.Drain();
        rig.Write(Middle[1..]);
        Assert.Equal([.. Begin, .. Middle], rig.ToClient);
        rig.Clock.Advance(TimeSpan.FromSeconds(2.4));
        Assert.Equal([.. Begin, .. Middle], rig.ToClient);
        rig.Clock.Advance(TimeSpan.FromSeconds(0.2));
        await Waits.Until(() => rig.ToClient.Length > Begin.Length + Middle.Length, "the close frame");
        rig.Write(End);
        Assert.Equal([.. Begin, .. Middle, .. Close], rig.ToClient);
    }

    [Fact]
    public async Task Drain_while_a_write_is_under_way_waits_for_it()
    {
        var rig = new Rig();
        rig.Stream.Hold = new TaskCompletionSource();
        Task write = rig.Observed.WriteAsync(Begin.Concat(End).ToArray()).AsTask();
        rig.Drain();
        Assert.Empty(rig.ToClient);
        rig.Stream.Hold.SetResult();
        await write.Soon();
        Assert.Equal([.. Begin, .. End, .. Close], rig.ToClient);
    }

    [Fact]
    public async Task Drain_that_meets_the_end_of_a_write_puts_its_close_frame_there()
    {
        // Nothing announces the moment between the two: many drains, each a little later or earlier.
        for (int round = 0; round < 5_000; round++)
        {
            var rig = new Rig();
            rig.Stream.Hold = new TaskCompletionSource();
            Task write = rig.Observed.WriteAsync(End).AsTask();
            using var both = new Barrier(2);
            Task ends = Task.Run(() =>
            {
                both.SignalAndWait();
                rig.Stream.Hold.SetResult();
            });
            Task drains = Task.Run(() =>
            {
                both.SignalAndWait();
                Thread.SpinWait(round % 50);
                rig.Drain();
            });
            await Task.WhenAll(write, ends, drains).Soon();
            Assert.Equal([.. End, .. Close], rig.ToClient);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_frame_that_was_first_is_the_only_one(bool fromClient)
    {
        var rig = new Rig();
        byte[] theirs = Frames.Close(fromClient ? Side.Client : Side.Server, 4000);
        if (fromClient)
        {
            rig.Stream.FromClient = theirs;
            Assert.Equal(theirs.Length, await rig.Observed.ReadAsync(new byte[100], TestContext.Current.CancellationToken));
        }
        else
        {
            rig.Write(theirs);
        }

        rig.Drain();
        Assert.Equal(fromClient ? [] : theirs, rig.ToClient);
        byte[] answer = Frames.Close(Side.Server, 4001);
        if (fromClient) rig.Write(answer);
        Assert.Equal(fromClient ? answer : theirs, rig.ToClient);
    }

    [Fact]
    public async Task Client_that_does_not_answer_has_a_close_frame_in_its_name_and_then_an_end()
    {
        var rig = new Rig();
        byte[] buffer = new byte[10];
        Task<int> read = rig.Observed.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask();
        rig.Drain();
        Assert.False(read.IsCompleted);
        await Waits.Until(
            () =>
            {
                rig.Clock.Advance(TimeSpan.FromSeconds(1));
                return read.IsCompleted;
            },
            "the close timeout");
        List<byte> toServer = [];
        for (int count = await read; count > 0; count = await rig.Observed.ReadAsync(buffer, TestContext.Current.CancellationToken))
            toServer.AddRange(buffer[..count]);
        Assert.Equal(new CloseFrame(1012, "the service restarts"), Assert.Single(WireFrame.ParseAll(toServer.ToArray(), Side.Client)).Close);
    }

    [Fact]
    public async Task Client_that_stopped_in_the_middle_of_a_frame_is_cut_and_its_frame_stays_as_it_is()
    {
        var rig = new Rig { Stream = { FromClient = Frames.Text(Side.Client, "hello")[..5] } };
        byte[] buffer = new byte[100];
        Assert.Equal(5, await rig.Observed.ReadAsync(buffer, TestContext.Current.CancellationToken));
        Task<int> read = rig.Observed.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask();
        rig.Drain();
        await Waits.Until(
            () =>
            {
                rig.Clock.Advance(TimeSpan.FromSeconds(1));
                return rig.IsAborted;
            },
            "the close timeout");
        Assert.False(read.IsCompleted);
    }

    [Fact]
    public async Task Token_of_the_request_that_is_cancelled_while_the_client_is_there_ends_the_read_within_a_second()
    {
        var rig = new Rig();
        using var middleware = new CancellationTokenSource();
        rig.RequestAborted = middleware.Token;
        Task<int> read = rig.Observed.ReadAsync(new byte[100], middleware.Token).AsTask();
        await middleware.CancelAsync();
        await Waits.Until(
            () =>
            {
                rig.Clock.Advance(TimeSpan.FromSeconds(1));
                return read.IsCompleted;
            },
            "the read to end");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        CloseRecord record = rig.Relay.End(rig.Telemetry)!;
        Assert.Equal((1006, CloseCause.UpstreamFailed), (record.Code, record.Cause));
    }

    [Fact]
    public async Task What_comes_behind_the_cancelled_token_of_the_request_is_not_told_as_passed_on()
    {
        var rig = new Rig();
        using var request = new CancellationTokenSource();
        rig.RequestAborted = request.Token;
        Task<int> read = rig.Observed.ReadAsync(new byte[100], request.Token).AsTask();
        (rig.Stream.FromClient, rig.Stream.HasEnded) = ([.. Frames.Text(Side.Client, "hello"), .. Frames.Close(Side.Client, 4000)], true);
        await request.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.Soon());
        CloseRecord record = rig.Relay.End(rig.Telemetry)!;
        Assert.Equal((1006, false, CloseCause.EndOfStream, 0L), (record.Code, record.WasClean, record.Cause, rig.Relay.MessagesFromClient));
        Assert.Null(record.Received);
    }

    [Fact]
    public async Task Bytes_of_the_client_pass_as_they_are()
    {
        var rig = new Rig { Stream = { FromClient = [.. Frames.Text(Side.Client, "hello"), .. Frames.Ping(Side.Client, "p")] } };
        byte[] buffer = new byte[100];
        int count = await rig.Observed.ReadAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal([.. Frames.Text(Side.Client, "hello"), .. Frames.Ping(Side.Client, "p")], buffer[..count]);
        Assert.Equal((1, 0), (rig.Relay.MessagesFromClient, rig.Relay.MessagesFromServer));
    }

    private sealed class Rig : IHttpRequestLifetimeFeature
    {
        public Rig()
        {
            var context = new DefaultHttpContext();
            context.Features.Set<IHttpRequestLifetimeFeature>(this);
            Relay = new ObservedRelay(context, "/", user: null, new CierreWebSocketOptions { TimeProvider = Clock }, Stream);
            Observed = new ObservedStream(Relay, Stream);
        }

        public FakeTimeProvider Clock { get; } = new();

        public HeldStream Stream { get; } = new();

        public ObservedRelay Relay { get; }

        public ConnectionTelemetry Telemetry => ConnectionTelemetry.OfRelay("/", Clock, _ => { });

        public ObservedStream Observed { get; }

        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public byte[] ToClient => [.. Stream.ToClient];

        public void Drain() => Relay.Drain(new CloseFrame(1012, "the service restarts"), EndReason.ServiceRestarting);

        public void Abort() => IsAborted = true;

        public void Write(byte[] bytes) => Assert.True(Observed.WriteAsync(bytes, 0, bytes.Length, CancellationToken.None).IsCompletedSuccessfully);
    }

    /// <summary>The server's stream, in memory: what is read waits until there is something.</summary>
    private sealed class HeldStream : MemoryStream
    {
        public List<byte> ToClient { get; } = [];

        public byte[] FromClient { get; set; } = [];

        /// <summary>Nothing follows what there is of the client.</summary>
        public bool HasEnded { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Hold is { } hold) await hold.Task;
            ToClient.AddRange(buffer.Span);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (FromClient.Length == 0 && !HasEnded) await Task.Delay(Timeout.Infinite, cancellationToken);
            int count = Math.Min(FromClient.Length, buffer.Length);
            FromClient.AsMemory(0, count).CopyTo(buffer);
            FromClient = FromClient[count..];
            return count;
        }
    }
}
