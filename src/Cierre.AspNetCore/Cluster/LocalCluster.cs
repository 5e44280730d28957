using Cierre.AspNetCore.Logging;
using Cierre.Connections;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Cluster;

/// <summary>The topics of this server alone.</summary>
internal sealed class LocalCluster : ICluster, IDisposable
{
    private readonly WebSocketTopicOptions _options;
    // Clients wait for it, and all of them share one answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    public LocalCluster(IOptions<WebSocketTopicOptions> options, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _logger, _time) = (options.Value, CloseLog.Of(loggers), time);
        Hub = new ConnectionControl.TopicHub(
            _options.MaxMessages, _options.MaxBytes, _options.MaxTotalBytes, _options.Retention, time, _options.StateOf is null ? null : StateOfAsync);
    }

    public ConnectionControl.TopicHub Hub { get; }

    public WebSocketTopic Topic(string name)
    {
        TopicName.Check(name, nameof(name));
        return new WebSocketTopic(this, name);
    }

    public async Task<bool> JoinAsync(WebSocketConnection connection, WebSocketCredentials credentials, string topic)
    {
        if (_options.AuthorizationPolicy is { } policy)
        {
            // Handlers of the application's may be scoped.
            AsyncServiceScope scope = credentials.Services.CreateAsyncScope();
            await using var disposed = scope.ConfigureAwait(false);
            IAuthorizationService service = scope.ServiceProvider.GetService<IAuthorizationService>()
                ?? throw new InvalidOperationException($"The policy \"{policy}\" decides who joins a topic. Write builder.Services.AddAuthorization().");
            AuthorizationResult result = await service.AuthorizeAsync(credentials.User, new WebSocketTopic(this, topic), policy).ConfigureAwait(false);
            if (!result.Succeeded) return false;
        }

        await Hub.JoinAsync(connection, topic).ConfigureAwait(false);
        return !connection.Closed.IsCompleted;
    }

    public void Dispose() => Hub.Dispose();

    private async ValueTask<(WebSocketMessageKind Kind, ReadOnlyMemory<byte> Payload)?> StateOfAsync(string topic)
    {
        try
        {
            WebSocketTopicState? state = await _options.StateOf!(new WebSocketTopic(this, topic)).AsTask().WaitAsync(Patience, _time).ConfigureAwait(false);
            return state is null ? null : (state.Kind, state.Data);
        }
        catch (Exception e)
        {
            CloseLog.CallbackFailed(_logger, nameof(WebSocketTopicOptions.StateOf), e);
            return null;
        }
    }
}
