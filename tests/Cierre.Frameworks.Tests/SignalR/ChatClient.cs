using System.Threading.Channels;
using Cierre.AspNetCore.Tests;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Frameworks.Tests.SignalR;

/// <summary>What a client of the hub goes through, in the order in which it is told.</summary>
internal sealed class ChatClient : IAsyncDisposable
{
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();

    private ChatClient(HubConnection hub)
    {
        Hub = hub;
        hub.Reconnecting += error => Tell($"reconnecting: {Short(error)}");
        hub.Reconnected += _ => Tell("reconnected");
        hub.Closed += error => Tell($"closed: {Short(error)}");
        hub.On<string>("Entered", room => Tell($"entered {room}"));
        hub.On<string>("Said", text => Tell($"said {text}"));
    }

    public HubConnection Hub { get; }

    public static async Task<ChatClient> StartAsync(Uri server, HubProtocol protocol = HubProtocol.Json, Stack stack = Stack.Framework, bool isStateful = false)
    {
        IHubConnectionBuilder builder = new HubConnectionBuilder()
            .WithUrl(new Uri(server, "/chat"), options =>
            {
                options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
                if (stack == Stack.Cierre) options.UseCierre();
            })
            .WithAutomaticReconnect(new SoonAgain());
        if (protocol == HubProtocol.MessagePack) builder.AddMessagePackProtocol();
        if (isStateful) builder.WithStatefulReconnect();
        var client = new ChatClient(builder.Build());
        await client.Hub.StartAsync().Soon();
        return client;
    }

    public Task<string> NextAsync() => _told.Reader.ReadAsync().Soon();

    public bool IsQuiet => !_told.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync() => await Hub.DisposeAsync();

    private static string Short(Exception? error) => error is null ? "no error" : error.Message;

    private Task Tell(string what)
    {
        _told.Writer.TryWrite(what);
        return Task.CompletedTask;
    }

    /// <summary>Comes back at once, and a little later where the server turns it away.</summary>
    private sealed class SoonAgain : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) =>
            retryContext.ElapsedTime > TimeSpan.FromSeconds(15) ? null : TimeSpan.FromMilliseconds(retryContext.PreviousRetryCount == 0 ? 0 : 20);
    }
}
