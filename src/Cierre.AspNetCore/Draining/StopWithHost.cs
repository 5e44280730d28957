using Microsoft.Extensions.Hosting;

namespace Cierre.AspNetCore.Draining;

/// <summary>Drains before anything is stopped: StoppingAsync is awaited while Kestrel still answers.</summary>
internal sealed class StopWithHost(Drain drain, LateHandlerWatch late) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        late.Begin();
        return drain.StopAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        late.End();
        return Task.CompletedTask;
    }
}
