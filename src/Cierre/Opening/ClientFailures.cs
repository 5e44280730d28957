using Cierre.Deflate;
using Failed = Cierre.Opening.ClientHandshakeResult.Failed;

namespace Cierre.Opening;

/// <summary>Every way in which a client finds an answer wanting, one member a rule. The member's name is the key of its sentence.</summary>
internal static class ClientFailures
{
    /// <summary>RFC 6455 4.1, 1: the server said no, in HTTP's own words.</summary>
    public static Failed HttpStatus(int status) =>
        new(HandshakeFailureKind.HttpStatus, new(nameof(HttpStatus), [status]));

    /// <summary>RFC 6455 4.1, 1: success is 101. Over HTTP/2 it is 200, the one that servers of RFC 8441 send: 204, 205 and 206 say what no open stream can be
    /// (RFC 9110 15.3).</summary>
    public static Failed BadHandshakeStatus(int status, string due) => Bad(nameof(BadHandshakeStatus), status, due);

    /// <summary>RFC 9110 7.8 and 15.2: HTTP/1.0 knows neither an upgrade nor a status of 1xx.</summary>
    public static Failed BadHandshakeHttpVersion(string version) => Bad(nameof(BadHandshakeHttpVersion), version);

    /// <summary>RFC 6455 4.1, 2.</summary>
    public static Failed BadHandshakeUpgradeMissing() => Bad(nameof(BadHandshakeUpgradeMissing));

    /// <summary>RFC 6455 4.1, 2.</summary>
    public static Failed BadHandshakeUpgrade(IReadOnlyList<string> upgrade) => Bad(nameof(BadHandshakeUpgrade), Show(upgrade));

    /// <summary>RFC 6455 4.1, 3.</summary>
    public static Failed BadHandshakeConnectionMissing() => Bad(nameof(BadHandshakeConnectionMissing));

    /// <summary>RFC 6455 4.1, 3.</summary>
    public static Failed BadHandshakeConnection(IReadOnlyList<string> connection) => Bad(nameof(BadHandshakeConnection), Show(connection));

    /// <summary>RFC 6455 4.1, 4.</summary>
    public static Failed BadHandshakeAcceptMissing() => Bad(nameof(BadHandshakeAcceptMissing));

    /// <summary>RFC 6455 11.3.3: not more than once in an answer.</summary>
    public static Failed BadHandshakeAcceptRepeated(int count) => Bad(nameof(BadHandshakeAcceptRepeated), count);

    /// <summary>RFC 6455 4.1, 4.</summary>
    public static Failed BadHandshakeAccept(string accept, string due) => Bad(nameof(BadHandshakeAccept), HeaderText.Show(accept), due);

    /// <summary>RFC 6455 9.1.</summary>
    public static Failed BadHandshakeExtensions(ExtensionListFault fault) =>
        Bad(nameof(BadHandshakeExtensions), HeaderText.Show(fault.Value), fault.Character);

    /// <summary>RFC 6455 4.1, 5.</summary>
    public static Failed BadHandshakeExtensionNotOffered(string name) => Bad(nameof(BadHandshakeExtensionNotOffered), HeaderText.Show(name));

    /// <summary>RFC 7692 5.1: an extension is accepted once.</summary>
    public static Failed BadHandshakeExtensionRepeated(string name) => Bad(nameof(BadHandshakeExtensionRepeated), HeaderText.Show(name));

    /// <summary>RFC 7692 7.1: a parameter that is unknown, repeated, without a valid value, or beyond what was offered.</summary>
    public static Failed BadHandshakeDeflateParameter(string parameter) => Bad(nameof(BadHandshakeDeflateParameter), HeaderText.Show(parameter));

    /// <summary>RFC 6455 11.3.4: a server names one subprotocol.</summary>
    public static Failed BadHandshakeSubprotocolSeveral(IReadOnlyList<string> values) => Bad(nameof(BadHandshakeSubprotocolSeveral), Show(values));

    /// <summary>RFC 6455 4.1, 6.</summary>
    public static Failed BadHandshakeSubprotocolNotAsked(string name) => Bad(nameof(BadHandshakeSubprotocolNotAsked), HeaderText.Show(name));

    /// <summary>WHATWG WebSockets, "establish a WebSocket connection": asked for some and given none. RFC 6455 alone would open.</summary>
    public static Failed BadHandshakeSubprotocolMissing(IReadOnlyList<string> asked) => Bad(nameof(BadHandshakeSubprotocolMissing), Show(asked));

    private static Failed Bad(string key, params object[] arguments) => new(HandshakeFailureKind.BadHandshake, new(key, arguments));

    private static string Show(IReadOnlyList<string> values) => HeaderText.Show(HeaderList.Join(values));
}
