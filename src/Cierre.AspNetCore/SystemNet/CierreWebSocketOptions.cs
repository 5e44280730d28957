using Cierre.AspNetCore.Admission;
using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Sets what a WebSocket may do that a framework or an application accepts through <c>HttpContext.WebSockets</c>, beside the limits and times of every
/// connection.</summary>
/// <remarks>
/// <para>Bound from the configuration section <c>Cierre:WebSockets</c>, then changed by what <c>UseCierre</c> is given for its endpoint.</para>
/// <para>Two defaults are the framework's, because its programs count on them: a message has no limit unless
/// <see cref="WebSocketConnectionOptions.MaxMessageSize"/> is set, and a ping goes out as often as <c>WebSocketOptions.KeepAliveInterval</c> says unless
/// <see cref="WebSocketConnectionOptions.PingInterval"/> is set. Compression is what the accepting program asks for, unless
/// <see cref="WebSocketConnectionOptions.Compression"/> is set.</para>
/// </remarks>
public sealed class CierreWebSocketOptions : WebSocketConnectionOptions
{
    /// <summary>The most connections at a time, of the endpoint or of all that are accepted by one middleware; default null: no limit but the server's
    /// (<see cref="WebSocketLimitOptions"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConnections
    {
        get;
        set => field = WebSocketLimitOptions.AtLeastOne(value, nameof(MaxConnections));
    }

    /// <summary>How a handshake is answered for which there is no place; default null: as <see cref="WebSocketLimitOptions.CapacityResponse"/> says for
    /// all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither of the two.</exception>
    public RefusalMode? CapacityResponse
    {
        get;
        set => field = value is { } answer ? OptionChecks.Defined(answer, nameof(CapacityResponse)) : null;
    }

    /// <summary>Called with each connection and its record once it has ended; default null.</summary>
    /// <remarks>It runs where the end was noticed and should not block. What it throws is logged, and the end goes on.</remarks>
    public Action<WebSocketConnection, CloseRecord>? OnClosed { get; set; }
}
