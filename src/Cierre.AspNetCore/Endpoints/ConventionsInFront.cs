using Microsoft.AspNetCore.Builder;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Takes an endpoint's conventions, and puts one of ours behind them all: the last filter that is added is the innermost.</summary>
internal sealed class ConventionsInFront : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder _endpoint;
    private readonly List<Action<EndpointBuilder>> _conventions = [];

    public ConventionsInFront(IEndpointConventionBuilder endpoint, Action<EndpointBuilder> last)
    {
        _endpoint = endpoint;
        endpoint.Add(builder =>
        {
            foreach (Action<EndpointBuilder> convention in _conventions) convention(builder);
            last(builder);
        });
    }

    public void Add(Action<EndpointBuilder> convention) => _conventions.Add(convention);

    public void Finally(Action<EndpointBuilder> finalConvention) => _endpoint.Finally(finalConvention);
}
