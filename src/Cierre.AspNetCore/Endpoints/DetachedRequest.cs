using System.Collections;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>The request of a detached endpoint. Until the connection is open it is the request itself, with services of the connection's own; from then on
/// what the endpoint keeps of it, and the server is free to forget the rest.</summary>
internal sealed class DetachedRequest : IFeatureCollection, IServiceProvidersFeature, IAsyncDisposable
{
    private static readonly string s_ofHttp = typeof(IHttpRequestFeature).Namespace!;

    private readonly DetachedParts _parts;
    private readonly IServiceScopeFactory _scopes;
    // A few, for as long as the connection lives: a dictionary would take several times as much.
    private readonly List<KeyValuePair<Type, object>> _kept = new(8);
    private IFeatureCollection? _request;
    private readonly Lock _gate = new();
    private AsyncServiceScope? _scope;
    private bool _isOver;
    private int _revision;

    private DetachedRequest(HttpContext context, DetachedParts parts, IServiceScopeFactory scopes)
    {
        (_parts, _request, _scopes) = (parts, context.Features, scopes);
        Set<IServiceProvidersFeature>(this);
        Context = new DefaultHttpContext(this);
    }

    /// <summary>What the endpoint is given in the place of the server's own.</summary>
    public DefaultHttpContext Context { get; }

    bool IFeatureCollection.IsReadOnly => false;

    int IFeatureCollection.Revision => _revision + (_request?.Revision ?? 0);

    IServiceProvider IServiceProvidersFeature.RequestServices
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isOver, typeof(IServiceProvider));
                return (_scope ??= _scopes.CreateAsyncScope()).ServiceProvider;
            }
        }

        set => throw new InvalidOperationException("The services of a detached endpoint are a scope of its connection's own.");
    }

    object? IFeatureCollection.this[Type key]
    {
        get => Get(key);
        set => Set(key, value);
    }

    /// <summary>Null: the endpoint is not detached.</summary>
    public static DetachedRequest? Of(HttpContext context, IServiceProvider services) =>
        context.GetEndpoint()?.Metadata.GetMetadata<DetachedMetadata>() is { } detached
        ? new DetachedRequest(context, detached.Parts, services.GetRequiredService<IServiceScopeFactory>())
        : null;

    /// <summary>Lets go of the server's request.</summary>
    /// <returns>What is to be disposed when the conversation is over; null: nothing.</returns>
    public IAsyncDisposable? Detach(WebSocketConnection connection)
    {
        HttpContext context = Context;
        // Each value is asked for before its feature is replaced: the request's own may make it when it is asked.
        if (_parts.HasFlag(DetachedParts.User)) Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature { User = context.User });
        if (_parts.HasFlag(DetachedParts.RouteValues))
            Set<IRouteValuesFeature>(new RouteValuesFeature { RouteValues = new RouteValueDictionary(context.Request.RouteValues) });
        if (_parts.HasFlag(DetachedParts.Query)) Set<IQueryFeature>(new QueryFeature(context.Request.Query));
        if (_parts.HasFlag(DetachedParts.Items)) Set<IItemsFeature>(new ItemsFeature { Items = context.Items });
        if (!_parts.HasFlag(DetachedParts.Services)) Set<IServiceProvidersFeature>(null);
        // Which endpoint it is, for its policies when credentials are renewed.
        Set<IEndpointFeature>(new KeptEndpoint { Endpoint = context.GetEndpoint() });
        // The framework looks at the status before it calls a bound handler.
        Set<IHttpResponseFeature>(new Answered(context.Response.StatusCode));
        Set<IHttpRequestLifetimeFeature>(new Lifetime(connection));
        // Whom the schemes of the endpoint's policy vouched for, likewise.
        if (Get<IAuthenticateResultFeature>()?.AuthenticateResult is { } authenticated)
            Set<IAuthenticateResultFeature>(new Authenticated { AuthenticateResult = authenticated });
        // Whoever has looked before looks again.
        _revision += _request!.Revision + 1;
        _request = null;
        // It holds what it has been asked for, the whole request among that.
        Context.Uninitialize();
        Context.Initialize(this);
        // A scope that nobody has asked for by now may still come where it is kept. One that a handler's parameters were made from outlives the request.
        lock (_gate) return _parts.HasFlag(DetachedParts.Services) ? this : _scope;
    }

    public TFeature? Get<TFeature>() => (TFeature?)Get(typeof(TFeature));

    public void Set<TFeature>(TFeature? instance) => Set(typeof(TFeature), instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() =>
        (_request is null ? _kept : _kept.Concat(_request.Where(feature => Find(feature.Key) < 0))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public ValueTask DisposeAsync()
    {
        lock (_gate) _isOver = true;
        return _scope?.DisposeAsync() ?? default;
    }

    /// <summary>The request as far as it is kept, for a user who came later: what is set there is not set here.</summary>
    public DefaultHttpContext Copy(IServiceProvider services)
    {
        var features = new FeatureCollection(this);
        features.Set<IServiceProvidersFeature>(new ServiceProvidersFeature { RequestServices = services });
        features.Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature());
        if (Find(typeof(IItemsFeature)) >= 0)
            features.Set<IItemsFeature>(new ItemsFeature { Items = new Dictionary<object, object?>(Context.Items) });
        if (Find(typeof(IRouteValuesFeature)) >= 0)
            features.Set<IRouteValuesFeature>(new RouteValuesFeature { RouteValues = new RouteValueDictionary(Context.Request.RouteValues) });
        return new DefaultHttpContext(features);
    }

    private object? Get(Type key)
    {
        if (Find(key) is >= 0 and int at) return _kept[at].Value;
        if (_request is not null) return _request[key];
        // What is not of HTTP may be missing in any request, and whoever asks for it knows that.
        return key.Namespace?.StartsWith(s_ofHttp, StringComparison.Ordinal) != true ? null : throw NotKept(key.Name);
    }

    private static InvalidOperationException NotKept(string what) => new(
        $"The endpoint is detached: its request ended when the handshake was answered, and {what} was not kept. Detach takes what is to be kept (the user, " +
        "route values, the query, items, services); all else is read before the connection opens, in middleware or by a parameter of the handler.");

    private void Set(Type key, object? feature)
    {
        _revision++;
        int at = Find(key);
        if (feature is null)
        {
            if (at >= 0) _kept.RemoveAt(at);
        }
        else if (at >= 0)
        {
            _kept[at] = new(key, feature);
        }
        else
        {
            _kept.Add(new(key, feature));
        }
    }

    private int Find(Type key)
    {
        for (int i = 0; i < _kept.Count; i++)
        {
            if (_kept[i].Key == key) return i;
        }

        return -1;
    }

    /// <summary>In the place of the server's, which is the whole request.</summary>
    private sealed class KeptEndpoint : IEndpointFeature
    {
        public Endpoint? Endpoint { get; set; }
    }

    private sealed class Authenticated : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }

    /// <summary>The request is over, and its connection is what can be cut.</summary>
    private sealed class Lifetime(WebSocketConnection connection) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort() => connection.Abort();
    }

    /// <summary>An answer that has been given.</summary>
    private sealed class Answered(int status) : IHttpResponseFeature
    {
        public int StatusCode
        {
            get => status;
            set => throw NotKept(nameof(StatusCode));
        }

        public string? ReasonPhrase
        {
            get => null;
            set => throw NotKept(nameof(ReasonPhrase));
        }

        public IHeaderDictionary Headers
        {
            get => throw NotKept(nameof(Headers));
            set => throw NotKept(nameof(Headers));
        }

        [Obsolete("The framework's own mark.")]
        public Stream Body
        {
            get => throw NotKept(nameof(Body));
            set => throw NotKept(nameof(Body));
        }

        public bool HasStarted => true;

        public void OnStarting(Func<object, Task> callback, object state) => throw NotKept(nameof(OnStarting));

        public void OnCompleted(Func<object, Task> callback, object state) => throw NotKept(nameof(OnCompleted));
    }
}

/// <summary>Marks an endpoint as detached.</summary>
internal sealed record DetachedMetadata(DetachedParts Parts);

/// <summary>Marks an endpoint whose conversation needs its request to the end.</summary>
internal sealed record AttachedMetadata(string Why);
