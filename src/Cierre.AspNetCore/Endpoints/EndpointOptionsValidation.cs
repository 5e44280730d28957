using Cierre.AspNetCore.Origins;
using Cierre.Opening;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Refuses at the start what the configuration says and what could never hold.</summary>
internal sealed class EndpointOptionsValidation : IValidateOptions<WebSocketEndpointOptions>
{
    public ValidateOptionsResult Validate(string? name, WebSocketEndpointOptions options)
    {
        try
        {
            OriginList.Parse(options.AllowedOrigins, AllowedOrigins.Option);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
