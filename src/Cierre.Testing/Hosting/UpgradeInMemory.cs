using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cierre.Testing.Hosting;

/// <summary>What Kestrel offers a request that may become a WebSocket, and <c>TestServer</c> does not: the upgrade, the bytes below HTTP, and the
/// cut.</summary>
internal sealed class UpgradeInMemory(HttpContext context, PipeReader input, PipeWriter output)
    : IHttpUpgradeFeature, IConnectionTransportFeature, IConnectionLifetimeFeature, IDuplexPipe
{
    public bool IsUpgradableRequest => true;

    public bool IsUpgraded { get; private set; }

    public PipeReader Input => input;

    public PipeWriter Output => output;

    public IDuplexPipe Transport { get => this; set => throw new NotSupportedException("The transport of a connection in memory cannot be replaced."); }

    public CancellationToken ConnectionClosed { get; set; }

    public async Task<Stream> UpgradeAsync()
    {
        if (IsUpgraded) throw new InvalidOperationException("The request was upgraded before.");
        IsUpgraded = true;
        context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
        await output.WriteAsync(HttpFront.ResponseHead(context.Response, StatusCodes.Status101SwitchingProtocols));
        return new DuplexStream(input, output);
    }

    /// <summary>RST: the client's reads fail as those of a socket would.</summary>
    public void Abort()
    {
        var reset = new SocketException((int)SocketError.ConnectionReset);
        output.Complete(new IOException(reset.Message, reset));
        input.CancelPendingRead();
    }
}
