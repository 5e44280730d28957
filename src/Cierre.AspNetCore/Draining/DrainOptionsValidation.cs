using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Draining;

/// <summary>What no single option can tell: whether the times go together, and with the host's.</summary>
internal sealed class DrainOptionsValidation(IOptions<HostOptions> host) : IValidateOptions<WebSocketDrainOptions>
{
    public ValidateOptionsResult Validate(string? name, WebSocketDrainOptions options)
    {
        TimeSpan most = host.Value.ShutdownTimeout;
        string? fault = options.Fault(most);
        // The host would cut connections that the drain still gives time.
        if (fault is null && options.Timeout is { } own && options.Limit(most) > WebSocketDrainOptions.Finite(most))
        {
            string time = own == Timeout.InfiniteTimeSpan ? "infinite" : $"{own.TotalSeconds} s";
            fault = $"Timeout ({time}) is more than the host gives itself to stop ({most.TotalSeconds} s): raise HostOptions.ShutdownTimeout with it.";
        }

        return fault is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail("Cierre:Drain: " + fault);
    }
}
