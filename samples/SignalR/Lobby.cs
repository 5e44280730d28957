using Microsoft.AspNetCore.SignalR;

namespace Cierre.Samples.SignalR;

/// <summary>A hub filter, which every call passes.</summary>
public sealed class Lobby : IHubFilter
{
    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next) =>
        invocationContext.HubMethodName == nameof(Chat.Secret) ? throw new HubException("Not for you.") : next(invocationContext);
}
