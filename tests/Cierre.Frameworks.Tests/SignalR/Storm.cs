using System.Collections.Concurrent;
using Cierre.AspNetCore.Tests;
using Cierre.Samples.SignalR;
using Cierre.TestKit;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Frameworks.Tests.SignalR;

/// <summary>Many clients of the hub that work on while their connections are drained and cut, again and again.</summary>
/// <param name="Ends">How often: a drain and a cut in turn.</param>
/// <param name="CutsOnly">No drains.</param>
internal sealed record Storm(Stack Stack, int Clients, int Ends, bool CutsOnly = false)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task<StormOutcome> RunAsync()
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, Stack);
        await using var proxy = new CuttingProxy(sample.Url);
        using var over = new CancellationTokenSource();
        Worker[] workers = [.. Enumerable.Range(0, Clients).Select(i => new Worker($"client {i}", isStateful: i % 2 == 1))];
        foreach (Worker[] some in workers.Chunk(20)) await Task.WhenAll(some.Select(worker => worker.StartAsync(proxy.Url, over.Token)));
        for (int end = 0; end < Ends; end++)
        {
            if (end % 2 == 0 && !CutsOnly) await sample.DrainAsync();
            else proxy.CutNow();
            // Each is back, and has done something since.
            foreach (Worker worker in workers) await worker.NextAsync(Limit);
        }

        await over.CancelAsync();
        foreach (Worker worker in workers) await worker.StopAsync();
        IReadOnlyDictionary<(string Caller, int Number), int> done = sample.Services.GetRequiredService<Rooms>().Done;
        return new StormOutcome(
            workers.Count(worker => worker.IsBack),
            workers.Sum(worker => worker.Completed.Count),
            workers.Sum(worker => worker.Failed),
            workers.Where(worker => worker.IsStateful).Sum(worker => worker.Failed),
            workers.Sum(worker => worker.Completed.Count(number => !done.ContainsKey((worker.Name, number)))),
            done.Values.Count(times => times > 1));
    }

    /// <summary>One client that calls, and calls again.</summary>
    private sealed class Worker(string name, bool isStateful)
    {
        private ChatClient? _chat;
        private Task _working = Task.CompletedTask;
        private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public bool IsStateful => isStateful;

        /// <summary>What it was told had completed.</summary>
        public ConcurrentQueue<int> Completed { get; } = new();

        /// <summary>How many calls it was told had failed.</summary>
        public int Failed { get; private set; }

        public bool IsBack { get; private set; }

        public async Task StartAsync(Uri url, CancellationToken over)
        {
            _chat = await ChatClient.StartAsync(url, isStateful ? HubProtocol.MessagePack : HubProtocol.Json, isStateful: isStateful);
            _working = WorkAsync(_chat.Hub, over);
        }

        /// <summary>Waits for a call that begins from now on, and completes.</summary>
        public async Task NextAsync(TimeSpan limit)
        {
            // The one under way may have begun before.
            for (int i = 0; i < 2; i++)
            {
                var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _next = next;
                try
                {
                    await next.Task.WaitAsync(limit);
                }
                catch (TimeoutException)
                {
                    throw new TimeoutException($"{name} is not back: it is {_chat!.Hub.State}, and has completed {Completed.Count} calls and lost {Failed}.");
                }
            }
        }

        public async Task StopAsync()
        {
            await _working.WaitAsync(Limit);
            IsBack = _chat!.Hub.State == HubConnectionState.Connected && await _chat.Hub.InvokeAsync<string>("Echo", name).Soon() == name;
            await _chat.DisposeAsync();
        }

        private async Task WorkAsync(HubConnection hub, CancellationToken over)
        {
            for (int number = 0; !over.IsCancellationRequested; number++)
            {
                try
                {
                    Completed.Enqueue(await hub.InvokeAsync<int>("Do", name, number, CancellationToken.None));
                    _next.TrySetResult();
                }
                catch (Exception)
                {
                    Failed++;
                }

                // A call every now and then, so that two hundred leave some of the processor to the server.
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }
}

/// <param name="Back">Clients that are connected at the end, and are answered.</param>
/// <param name="Completed">Calls of which a client was told that they had completed.</param>
/// <param name="Failed">Calls of which a client was told that they had failed.</param>
/// <param name="FailedStateful">Those of clients with stateful reconnect.</param>
/// <param name="Lost">Calls of which a client was told that they had completed, and that the server does not know.</param>
/// <param name="Twice">Calls that the server has carried out more than once.</param>
internal sealed record StormOutcome(int Back, int Completed, int Failed, int FailedStateful, int Lost, int Twice);
