namespace Cierre.AspNetCore.Resuming;

/// <summary>What a session's handler has of the request that it began with: disposed behind the handler, or with the request where it never runs.</summary>
internal sealed class HandlerParts : IAsyncDisposable
{
    private IAsyncDisposable? _bound;
    private IAsyncDisposable? _services;

    /// <param name="bound">The values that were bound; null: none.</param>
    public HandlerParts(IAsyncDisposable? bound) => _bound = bound;

    private HandlerParts(HandlerParts other) => (_bound, _services) = (other._bound, other._services);

    /// <summary>The services that the values came from.</summary>
    public void Add(IAsyncDisposable? services) => _services = services;

    /// <summary>Hands all over to the handler's run.</summary>
    public HandlerParts Take()
    {
        var taken = new HandlerParts(this);
        (_bound, _services) = (null, null);
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        (IAsyncDisposable? bound, IAsyncDisposable? services) = (_bound, _services);
        (_bound, _services) = (null, null);
        try
        {
            if (bound is not null) await bound.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            if (services is not null) await services.DisposeAsync().ConfigureAwait(false);
        }
    }
}
