using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Cierre.AspNetCore.Kestrel;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A listener that cannot accept pauses and says so once.</summary>
public sealed class AcceptTroubleTests : ILogger
{
    private static readonly IPEndPoint EndPoint = new(IPAddress.Loopback, 8080);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Pauses_grow_up_to_a_second_and_are_told_once()
    {
        var trouble = new AcceptTrouble(this, _time, descriptors: null);
        foreach (int milliseconds in (int[])[50, 100, 200, 400, 800, 1000, 1000])
        {
            Task pause = trouble.PauseAsync(EndPoint, SocketError.TooManyOpenSockets, CancellationToken.None).AsTask();
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            Assert.False(pause.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await pause.Soon();
        }

        Assert.StartsWith(
            "No further connection is accepted at 127.0.0.1:8080 for now, because no descriptor or no memory is left (TooManyOpenSockets).",
            Assert.Single(_lines), StringComparison.Ordinal);
        using var accepted = new Socket(SocketType.Stream, ProtocolType.Tcp);
        for (int i = 0; i < 2; i++) Assert.True(trouble.AcceptedAsync(EndPoint, accepted, CancellationToken.None).IsCompletedSuccessfully);
        Assert.Equal("Connections are accepted again at 127.0.0.1:8080.", _lines.Skip(1).Single());
        Task again = trouble.PauseAsync(EndPoint, SocketError.TooManyOpenSockets, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await again.Soon();
        Assert.Equal(3, _lines.Count);
    }

    [Fact]
    public async Task Connection_with_one_of_the_last_descriptors_is_the_last_until_some_are_free()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var accepted = new Socket(SocketType.Stream, ProtocolType.Tcp);
        int number = (int)accepted.Handle;
        var enough = new AcceptTrouble(this, _time, new DescriptorLimit((number * 2) + 1000));
        Assert.True(enough.AcceptedAsync(EndPoint, accepted, CancellationToken.None).IsCompletedSuccessfully);
        Assert.Empty(_lines);
        // What is opened in order to look has a number near it, or above.
        var trouble = new AcceptTrouble(this, _time, new DescriptorLimit(number / 2));
        Task pause = trouble.AcceptedAsync(EndPoint, accepted, CancellationToken.None).AsTask();
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(pause.IsCompleted);
        }

        Assert.Contains($"nearly all of the {number / 2} descriptors", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Limit_of_this_process_is_read()
    {
        if (!OperatingSystem.IsLinux()) return;
        DescriptorLimit limit = DescriptorLimit.Read()!;
        Assert.InRange(limit.Most, 100, int.MaxValue);
        Assert.False(limit.IsNear());
        Assert.True(new DescriptorLimit(4).IsNear());
    }

    [Fact]
    public async Task Pause_ends_when_nobody_listens_any_more()
    {
        using var unbound = new CancellationTokenSource();
        Task pause = new AcceptTrouble(this, _time, descriptors: null).PauseAsync(EndPoint, SocketError.TooManyOpenSockets, unbound.Token).AsTask();
        await unbound.CancelAsync();
        await pause.Soon();
    }

    [Fact]
    public async Task Queue_that_is_full_is_told_once_a_minute()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(3);
        var trouble = new AcceptTrouble(this, _time, descriptors: null);
        List<Socket> clients = [];
        for (int i = 0; i < 3; i++)
        {
            trouble.LookAtQueue(listener);
            Assert.Empty(_lines);
            clients.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await clients[^1].ConnectAsync(listener.LocalEndPoint!);
        }

        for (int i = 0; i < 3; i++) trouble.LookAtQueue(listener);
        Assert.Contains("is full (3)", Assert.Single(_lines), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(1));
        trouble.LookAtQueue(listener);
        Assert.Equal(2, _lines.Count);
        clients.ForEach(client => client.Dispose());
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}
