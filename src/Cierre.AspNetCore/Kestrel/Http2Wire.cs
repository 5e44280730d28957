using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>The sending half of an extended CONNECT stream. RFC 8441 5.</summary>
/// <remarks>A server cannot end its direction and read on: END_STREAM comes with the end of the response, so the end of the frames is the end of all.</remarks>
internal sealed class Http2Wire(HttpContext context, PipeReader input, Stream duplex) : Wire
{
    // RFC 9113 7: CANCEL. HttpContext.Abort would say INTERNAL_ERROR.
    private const int Cancel = 8;

    private readonly Socket? _socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
    private volatile bool _aborted;

    public override bool EndsOnShutdown => true;

    /// <summary>What waits may belong to another stream of the same connection.</summary>
    public override int Unread => _socket?.Available ?? 0;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await duplex.WriteAsync(bytes).ConfigureAwait(false);
        await duplex.FlushAsync().ConfigureAwait(false);
    }

    public override ValueTask ShutdownSendAsync() => default;

    public override void Abort()
    {
        _aborted = true;
        if (context.Features.Get<IHttpResetFeature>() is { } stream) stream.Reset(Cancel);
        else context.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        await input.CompleteAsync().ConfigureAwait(false);
        if (!_aborted) await context.Response.CompleteAsync().ConfigureAwait(false);
    }
}
