using System.Net;
using Cierre.Client;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>RFC 6455 4.1, step 2.</summary>
public sealed class AddressLockTests
{
    [Fact]
    public async Task Whoever_shares_an_address_waits_and_the_others_do_not()
    {
        using AddressLock first = new(), second = new(), third = new(), other = new();
        await first.TakeAsync(["a:1", "b:1"], default);
        await other.TakeAsync(["a:2", "c:1"], default);
        Task waiting = second.TakeAsync(["b:1", "d:1"], default).AsTask();
        Task last = third.TakeAsync(["b:1"], default).AsTask();
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        await waiting.WaitAsync(ClientRig.Bound);
        Assert.False(last.IsCompleted);
        second.Dispose();
        await last.WaitAsync(ClientRig.Bound);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_line_and_holds_nothing()
    {
        using AddressLock first = new(), second = new(), third = new();
        using var cancel = new CancellationTokenSource();
        await first.TakeAsync(["give-up:1"], default);
        Task waiting = second.TakeAsync(["before:1", "give-up:1"], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(ClientRig.Bound));
        Assert.True(third.TakeAsync(["before:1"], default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Opening_that_is_over_takes_no_turn_any_more()
    {
        using AddressLock first = new(), second = new(), third = new();
        await first.TakeAsync(["over:1"], default);
        Task late = second.TakeAsync(["over:1"], default).AsTask();
        second.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late.WaitAsync(ClientRig.Bound));
        first.Dispose();
        Assert.True(third.TakeAsync(["over:1"], default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Another_address_on_the_way_gives_the_one_before_back_and_the_same_one_is_kept()
    {
        using AddressLock first = new(), second = new();
        await first.TakeAsync(["from:1"], default);
        await first.TakeAsync(["from:1"], default);
        Task waiting = second.TakeAsync(["from:1"], default).AsTask();
        Assert.False(waiting.IsCompleted);
        await first.TakeAsync(["to:1"], default);
        await waiting.WaitAsync(ClientRig.Bound);
    }

    [Fact]
    public async Task Nothing_is_kept_of_an_address_that_nobody_connects_to()
    {
        for (int round = 0; round < 100; round++)
        {
            AddressLock[] turns = [.. Enumerable.Range(0, 5).Select(_ => new AddressLock())];
            await Task.WhenAll(turns.Select(async turn =>
            {
                using (turn) await turn.TakeAsync([$"kept-{round}:1", "kept:2"], default);
            })).WaitAsync(ClientRig.Bound);
        }

        Assert.Equal(0, AddressLock.CountAt("kept:2"));
        Assert.Equal(0, AddressLock.CountAt("kept-99:1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_waits_only_where_it_is_asked_to(bool serialize)
    {
        const int Count = 6;
        int opening = 0, most = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = RawServer.Start(
            async peer =>
            {
                int now = Interlocked.Increment(ref opening);
                InterlockedMax(ref most, now);
                if (now == Count) all.SetResult();
                if (!serialize) await all.Task;
                for (int i = 0; i < 20; i++) await Task.Yield();
                Interlocked.Decrement(ref opening);
                await peer.SwitchProtocolsAsync();
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        WebSocketConnection[] connections = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => ClientRig.ConnectAsync(server.Url, o => o.SerializeOpenings = serialize)));
        foreach (WebSocketConnection connection in connections) connection.Abort();
        Assert.Equal(serialize ? 1 : Count, most);
    }

    [Fact]
    public async Task Wait_for_the_turn_is_part_of_the_connect_timeout_and_can_be_given_up()
    {
        var clock = new FakeTimeProvider();
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = RawServer.Start(
            peer =>
            {
                came.TrySetResult();
                return peer.ReadToEndAsync();
            },
            switchProtocols: false);
        Task<WebSocketConnection> first = Connect(TimeSpan.FromHours(1), default);
        await came.Task.WaitAsync(ClientRig.Bound);
        using var cancel = new CancellationTokenSource();
        Task<WebSocketConnection> given = Connect(TimeSpan.FromSeconds(1), cancel.Token);
        Task<WebSocketConnection> second = Connect(TimeSpan.FromSeconds(1), default);
        string address = $"127.0.0.1:{server.Port}";
        Assert.True(SpinWait.SpinUntil(() => AddressLock.CountAt(address) == 3, ClientRig.Bound));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.WaitAsync(ClientRig.Bound));
        Assert.True(SpinWait.SpinUntil(() => AddressLock.CountAt(address) == 2, ClientRig.Bound));
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(
            (CloseCause.ConnectTimeout, "the opening took longer than 1 s and still waited for other openings to the same address"),
            await FailureOf(second));
        Assert.True(SpinWait.SpinUntil(() => AddressLock.CountAt(address) == 1, ClientRig.Bound));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((CloseCause.ConnectTimeout, "the opening took longer than 3600 s"), await FailureOf(first));
        Assert.True(SpinWait.SpinUntil(() => AddressLock.CountAt(address) == 0, ClientRig.Bound));

        Task<WebSocketConnection> Connect(TimeSpan timeout, CancellationToken token) => WebSocketConnection.ConnectAsync(
            server.Url, new WebSocketClientOptions { SerializeOpenings = true, ConnectTimeout = timeout, TimeProvider = clock }, token);
    }

    /// <summary>Each dial has its turn, and all of them are one opening.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Connect_timeout_does_not_begin_anew_with_another_dial(bool serialize, bool fallsBack)
    {
        var clock = new FakeTimeProvider();
        await using var other = RawServer.Start(LateAsync, switchProtocols: false);
        await using var server = RawServer.Start(
            async peer =>
            {
                if (fallsBack && !peer.Head.StartsWith("PRI ", StringComparison.Ordinal)) await LateAsync(peer);
                clock.Advance(TimeSpan.FromSeconds(0.6));
                if (!fallsBack) await peer.SendAsync($"HTTP/1.1 302 Found\r\nLocation: http://localhost:{other.Port}/\r\nContent-Length: 0\r\n\r\n");
            },
            switchProtocols: false);
        Task<WebSocketConnection> opening = WebSocketConnection.ConnectAsync(server.Url, new WebSocketClientOptions
        {
            SerializeOpenings = serialize,
            FollowRedirects = true,
            HttpVersion = fallsBack ? HttpVersion.Version20 : HttpVersion.Version11,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            TimeProvider = clock,
        });
        Assert.Equal((CloseCause.ConnectTimeout, "the opening took longer than 1 s"), await FailureOf(opening));

        async Task LateAsync(RawPeer peer)
        {
            clock.Advance(TimeSpan.FromSeconds(0.6));
            await peer.ReadToEndAsync();
        }
    }

    private static async Task<(CloseCause Cause, string Detail)> FailureOf(Task<WebSocketConnection> opening)
    {
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => opening.WaitAsync(ClientRig.Bound))).Record;
        return (record.Cause, record.Detail);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; seen < value; seen = most) Interlocked.CompareExchange(ref most, value, seen);
    }
}
