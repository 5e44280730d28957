using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Cierre.AspNetCore.Kestrel;
using Cierre.TestKit;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The output of a connection whose socket is taken over.</summary>
public sealed class SocketOutputTests : IDisposable
{
    private readonly Socket _near, _far;
    private readonly SocketConnection _connection;
    private readonly CountingPool _pool = new();
    private readonly ByHand _scheduler = new();
    private readonly SocketSenderPool _senders = new();

    public SocketOutputTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _far.Connect(listener.LocalEndpoint);
        _near = listener.AcceptSocket();
        _connection = SocketConnection.Start(_near, SocketSettings.For(new SocketTransportOptions(), pools: null, NullLogger.Instance, loops: null)[0]);
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _senders.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Outputs_that_were_let_go_of_share_nothing()
    {
        SocketOutput one = Output(), other = Output();
        one.LetGo();
        other.LetGo();
        one.GetMemory(100).Span.Fill(1);
        one.Advance(100);
        Assert.Equal((0, 0), (one.UnflushedBytes, other.UnflushedBytes));
        Assert.Equal(0, other.GetMemory(100).Span.IndexOfAnyExcept((byte)0) + 1);
    }

    [Fact]
    public async Task Many_may_write_at_once_to_outputs_that_were_let_go_of()
    {
        SocketOutput[] outputs = [.. Enumerable.Range(0, 4).Select(_ => Output())];
        foreach (SocketOutput output in outputs) output.LetGo();
        await Task.WhenAll(outputs.Select(output => Task.Run(async () =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                output.GetSpan(i % 5000)[..(i % 5000)].Clear();
                output.Advance(i % 5000);
                output.CancelPendingFlush();
                Assert.True((await output.FlushAsync()).IsCompleted);
                Assert.True((await output.WriteAsync(new byte[1])).IsCompleted);
            }

            output.Complete();
        })));
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task Letting_go_gives_the_blocks_back_whenever_the_connection_is_cut()
    {
        for (int cutBefore = 0; cutBefore < 4; cutBefore++)
        {
            SocketOutput output = Output();
            // A block that is asked for and not used, as HTTP keeps one.
            output.GetMemory(100);
            Assert.Equal(1, _pool.Rented);
            if (cutBefore >= 1) output.Cancel();
            if (cutBefore >= 2) _scheduler.Run();
            if (cutBefore == 3) output.Cancel();
            output.LetGo();
            output.Cancel();
            _scheduler.Run();
            await output.Ended.Soon();
            Assert.Equal((cutBefore, 0), (cutBefore, _pool.Rented));
        }
    }

    [Fact]
    public async Task Cut_and_take_over_in_the_same_moment_give_the_blocks_back()
    {
        for (int i = 0; i < 500; i++)
        {
            var output = new SocketOutput(_connection, Options(PipeScheduler.ThreadPool), PipeScheduler.ThreadPool, _senders);
            output.GetMemory(100);
            Task cut = Task.Run(output.Cancel);
            output.LetGo();
            await cut;
            await output.Ended.Soon();
            await Waits.Until(() => _pool.Rented == 0, "the blocks");
        }
    }

    private SocketOutput Output() => new(_connection, Options(_scheduler), _scheduler, _senders);

    private PipeOptions Options(PipeScheduler scheduler) => new(_pool, scheduler, scheduler, useSynchronizationContext: false);

    private sealed class ByHand : PipeScheduler
    {
        private readonly Queue<Action> _work = new();

        public override void Schedule(Action<object?> action, object? state) => _work.Enqueue(() => action(state));

        public void Run()
        {
            while (_work.TryDequeue(out Action? next)) next();
        }
    }
}
