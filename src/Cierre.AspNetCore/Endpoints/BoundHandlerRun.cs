using System.Diagnostics.CodeAnalysis;
using Cierre.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>One run of a delegate around the answer: ASP.NET Core binds its parameters and runs its filters before, the handler runs behind, with the values
/// that were bound.</summary>
/// <remarks>The framework binds and calls in one go. The innermost filter stops it in between, when all is bound and nothing was answered.</remarks>
internal sealed class BoundHandlerRun : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly CancellationToken _ofRequest;
    private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _opened = new();
    private readonly CancellationTokenSource _ending = new();
    private CancellationTokenRegistration _cancelling;
    private Task _run = Task.CompletedTask;

    private BoundHandlerRun(HttpContext context)
    {
        (_context, _ofRequest) = (context, context.RequestAborted);
        // A parameter holds this token from now on: first it tells of the request, then of the connection.
        _cancelling = _ofRequest.UnsafeRegister(static ending => ((CancellationTokenSource)ending!).Cancel(), _ending);
        context.RequestAborted = _ending.Token;
    }

    /// <summary>Lets the framework make the delegate's binding and filters, two of ours around and behind the endpoint's, which are used up by that.</summary>
    [RequiresUnreferencedCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
    [RequiresDynamicCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
    public static RequestDelegate Bind(Delegate handler, EndpointBuilder endpoint)
    {
        endpoint.FilterFactories.Insert(0, static (_, next) => context => OuterAsync(context, next));
        endpoint.FilterFactories.Add(static (_, next) => context => InnerAsync(context, next));
        RequestDelegate bound = RequestDelegateFactory.Create(handler, new RequestDelegateFactoryOptions
        {
            ServiceProvider = endpoint.ApplicationServices,
            RouteParameterNames = (endpoint as RouteEndpointBuilder)?.RoutePattern.Parameters.Select(parameter => parameter.Name),
            ThrowOnBadRequest = endpoint.ApplicationServices.GetService<IOptions<RouteHandlerOptions>>()?.Value.ThrowOnBadRequest ?? false,
            DisableInferBodyFromParameters = true,
            EndpointBuilder = endpoint,
        }).RequestDelegate;
        endpoint.FilterFactories.Clear();
        return bound;
    }

    /// <summary>Binds. Null: the request is answered, by a value that is missing or wrong, or by a filter.</summary>
    public static async Task<BoundHandlerRun?> StartAsync(RequestDelegate handler, HttpContext context, WebSocketConnection connection)
    {
        var run = new BoundHandlerRun(context);
        run._run = run.CallAsync(handler, connection);
        await Task.WhenAny(run._run, run._bound.Task).ConfigureAwait(false);
        if (run._bound.Task.IsCompleted) return run;
        await using (run.ConfigureAwait(false)) await run._run.ConfigureAwait(false);
        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status400BadRequest, ContentType: null, ContentLength: null })
        {
            await HandshakeRefusal.Of(StatusCodes.Status400BadRequest, "A value that the endpoint needs is missing in the request, or is not of its kind.")
                .AnswerAsync(context).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Whatever throws here, at once or later, is the outcome of the run: the framework makes services in the call itself.</summary>
    private async Task CallAsync(RequestDelegate handler, WebSocketConnection connection)
    {
        var credentials = new WebSocketCredentials();
        CurrentConnection current = _context.RequestServices.GetRequiredService<CurrentConnection>();
        (current.Connection, current.Credentials) = (connection, credentials);
        _context.Features.Set(credentials);
        _context.Features.Set(this);
        await handler(_context).ConfigureAwait(false);
    }

    /// <summary>The connection is open: the handler runs.</summary>
    public async Task RunAsync(WebSocketConnection connection)
    {
        await _cancelling.DisposeAsync().ConfigureAwait(false);
        _cancelling = connection.Closing.UnsafeRegister(static ending => ((CancellationTokenSource)ending!).Cancel(), _ending);
        _context.RequestAborted = _ending.Token;
        ConnectionControl.Of(connection).SetHandlerToken(_ending.Token);
        _opened.TrySetResult(true);
        await _run.ConfigureAwait(false);
    }

    /// <summary>Where the connection never opened, the handler never runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_opened.TrySetResult(false)) _context.RequestAborted = _ofRequest;
        // An exception of the binding is thrown to whoever started it, and a handler's has become a close by now; one of a filter behind a refusal says nothing
        // to anybody.
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _cancelling.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    /// <summary>What a filter makes of the handler's end is no answer any more.</summary>
    private static async ValueTask<object?> OuterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? result = await next(context).ConfigureAwait(false);
        return context.HttpContext.Features.Get<BoundHandlerRun>() is { _bound.Task.IsCompleted: true } ? Results.Empty : result;
    }

    private static async ValueTask<object?> InnerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        // With a status that refuses, the framework does not call the handler.
        if (context.HttpContext.Response.StatusCode < StatusCodes.Status400BadRequest && context.HttpContext.Features.Get<BoundHandlerRun>() is { } run)
        {
            run._bound.TrySetResult();
            if (!await run._opened.Task.ConfigureAwait(false)) return Results.Empty;
        }

        return await next(context).ConfigureAwait(false);
    }
}
