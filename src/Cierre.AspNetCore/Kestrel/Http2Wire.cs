using System.IO.Pipelines;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>The sending half of an extended CONNECT stream. RFC 8441 5.</summary>
/// <remarks>A server cannot end its direction and read on: END_STREAM comes with the end of the response, so the end of the frames is the end of all.</remarks>
internal sealed class Http2Wire(HttpContext context) : Wire
{
    private bool _aborted;

    public override bool EndsOnShutdown => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        FlushResult result = await context.Response.BodyWriter.WriteAsync(bytes);
        if (result.IsCompleted) throw new ConnectionAbortedException("The stream was reset.");
    }

    public override ValueTask ShutdownSendAsync() => default;

    public override void Abort()
    {
        _aborted = true;
        context.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_aborted) await context.Response.CompleteAsync();
    }
}
