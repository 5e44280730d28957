using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Lets a socket share its path with pages: a handshake goes to the socket, everything else to what else is there, whatever was mapped
/// first.</summary>
/// <remarks>
/// It has a say only where a socket and something else match the same path. There it splits the requests in two before anybody asks for the method: an
/// ordinary GET over HTTP/1.1 and a CONNECT over HTTP/2 open the same socket. Of equally specific routes the handshake goes to the socket; a more specific
/// page keeps it, because it may be a WebSocket endpoint of another make. What is no handshake comes to the socket only where nothing else answers it, and
/// learns from it what would be right.
/// </remarks>
internal sealed class SharedPathPolicy : MatcherPolicy, INodeBuilderPolicy, IEndpointSelectorPolicy, IEndpointComparerPolicy
{
    // Before the policies that look at method, host and content type.
    private const int BeforeMethods = -2000;

    public override int Order => BeforeMethods;

    /// <summary>A socket stands before what has the same order and is as specific.</summary>
    public IComparer<Endpoint> Comparer { get; } = EndpointMetadataComparer<WebSocketEndpointMetadata>.Default;

    bool INodeBuilderPolicy.AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsSocket) && !endpoints.All(IsSocket);

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints)
    {
        IEnumerable<string> methods = endpoints.Where(endpoint => !IsSocket(endpoint)).SelectMany(MethodsOf);
        var others = new OtherMethods([.. methods.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)]);
        Endpoint[] plain = [.. endpoints.Select(endpoint => IsSocket(endpoint) ? AsLastResort(endpoint, others) : endpoint)];
        return [new PolicyNodeEdge(true, endpoints), new PolicyNodeEdge(false, plain)];
    }

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
        new ByHandshake(edges.Single(edge => edge.State is true).Destination, edges.Single(edge => edge.State is false).Destination);

    bool IEndpointSelectorPolicy.AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsLastResort) && !endpoints.All(IsLastResort);

    /// <summary>However specific its route: the socket has no answer but what would be right.</summary>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        bool isAnswered = false;
        for (int i = 0; i < candidates.Count; i++) isAnswered |= candidates.IsValidCandidate(i) && !IsLastResort(candidates[i].Endpoint);
        for (int i = 0; isAnswered && i < candidates.Count; i++)
        {
            if (IsLastResort(candidates[i].Endpoint)) candidates.SetValidity(i, false);
        }

        return Task.CompletedTask;
    }

    private static bool IsLastResort(Endpoint endpoint) => endpoint.Metadata.GetMetadata<OtherMethods>() is not null;

    private static bool IsSocket(Endpoint endpoint) => endpoint.Metadata.GetMetadata<WebSocketEndpointMetadata>() is not null;

    private static IReadOnlyList<string> MethodsOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];

    private static Endpoint AsLastResort(Endpoint socket, OtherMethods others)
    {
        var metadata = new EndpointMetadataCollection(socket.Metadata.Append(others));
        return socket is RouteEndpoint route
            ? new RouteEndpoint(route.RequestDelegate!, route.RoutePattern, route.Order, metadata, route.DisplayName)
            : new Endpoint(socket.RequestDelegate, metadata, socket.DisplayName);
    }

    /// <summary>Whether a request asks for a WebSocket. One without an Upgrade header, as all ordinary ones are, costs a look at that.</summary>
    private static bool IsHandshake(HttpContext context) =>
        (context.Request.Headers.Upgrade.Count > 0 || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true })
            && WebSocketHandshake.IsRequested(Upgrade.Read(context));

    private sealed class ByHandshake(int handshake, int plain) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) => IsHandshake(httpContext) ? handshake : plain;
    }
}

/// <summary>
/// Marks a socket as asked for what is no handshake, and holds the methods that others answer at its address: a 405 has to name them beside its own
/// (RFC 9110 15.5.6).
/// </summary>
internal sealed record OtherMethods(IReadOnlyList<string> Names);
