using Cierre.Tests.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>What can meet at the border between CONNECTING and OPEN.</summary>
public sealed class StreamConnectionTests
{
    [Fact]
    public async Task Close_that_meets_the_opening_either_fails_it_or_closes_what_is_open()
    {
        int opened = 0;
        await using var server = RawServer.Start(peer => AnswerAsync(peer));
        for (int i = 0; i < 200; i++)
        {
            var stream = new WebSocketStream(server.Url.ToString());
            Task<WebSocketOpenInfo> opening = stream.Opened;
            // From the very beginning to some time after the opening.
            for (int spin = 0; spin < i * 4 && !opening.IsCompleted; spin++) await Task.Yield();
            stream.Close(new() { CloseCode = 4006 });
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (opening.IsCompletedSuccessfully)
            {
                opened++;
                Assert.Equal((ushort?)4006, (await stream.Closed.Soon()).CloseCode);
            }
            else
            {
                var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
                Assert.Equal(((ushort?)1006, CloseCause.Requested), (error.CloseCode, error.Record!.Cause));
            }
        }

        Assert.InRange(opened, 0, 199);
    }

    [Fact]
    public async Task Signal_that_meets_the_opening_either_cancels_both_tasks_or_does_nothing()
    {
        await using var server = RawServer.Start(peer => AnswerAsync(peer));
        for (int i = 0; i < 100; i++)
        {
            using var signal = new CancellationTokenSource();
            var stream = new WebSocketStream(server.Url.ToString(), new() { Signal = signal.Token });
            Task<WebSocketOpenInfo> opening = stream.Opened;
            for (int spin = 0; spin < i * 8 && !opening.IsCompleted; spin++) await Task.Yield();
            await signal.CancelAsync();
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Assert.Equal(opening.IsCanceled, !opening.IsCompletedSuccessfully);
            if (opening.IsCanceled)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.Closed.Soon());
                continue;
            }

            stream.Close();
            Assert.Equal((ushort?)1005, (await stream.Closed.Soon()).CloseCode);
        }
    }

    [Fact]
    public async Task Exception_of_the_application_s_own_setup_fails_both_tasks()
    {
        var mine = new InvalidOperationException("mine");
        var stream = new WebSocketStream("ws://localhost:81/", new() { Connection = new() { ConfigureHandler = _ => throw mine } });
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened.Soon());
        Assert.Same(mine, error.InnerException);
        Assert.Equal((ushort?)1006, (await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon())).CloseCode);
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task Failures_that_nobody_looks_at_are_no_unobserved_exceptions()
    {
        var unobserved = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerException is WebSocketError) unobserved.Add(e.Exception);
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await FailAsync();
            for (int i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.Empty(unobserved);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static async Task FailAsync()
        {
            var stream = new WebSocketStream($"ws://127.0.0.1:{ClientRig.ClosedPort()}/");
            await ((Task)stream.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Answers a close frame, if one comes before the end.</summary>
    private static async Task AnswerAsync(RawPeer peer)
    {
        try
        {
            await StreamRig.AnswerAsync(peer);
        }
        catch (Exception e) when (e is EndOfStreamException or IOException)
        {
        }
    }
}
