using Cierre.Deflate;
using Accepted = Cierre.Opening.ClientHandshakeResult.Accepted;
using Failed = Cierre.Opening.ClientHandshakeResult.Failed;

namespace Cierre.Opening;

/// <summary>RFC 6455 4.1 and RFC 8441 5: the client's side of the opening handshake, as functions over headers.</summary>
internal static class ClientHandshake
{
    /// <summary>Lists the headers that make a request a handshake. Over HTTP/2 the key is not used, and may be null.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> CreateRequestHeaders(
        string? key, IReadOnlyList<string> subprotocols, DeflateOptions? compression, bool isHttp2)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (!isHttp2)
        {
            ArgumentNullException.ThrowIfNull(key);
            headers.Add(new(OpeningHeaders.Connection, OpeningHeaders.Upgrade));
            headers.Add(new(OpeningHeaders.Upgrade, OpeningHeaders.WebSocket));
            headers.Add(new(OpeningHeaders.Key, key));
        }

        headers.Add(new(OpeningHeaders.Version, OpeningHeaders.Version13));
        if (subprotocols.Count > 0)
        {
            headers.Add(new(OpeningHeaders.Subprotocol, HeaderList.Join(subprotocols)));
        }

        if (compression is not null)
        {
            headers.Add(new(OpeningHeaders.Extensions, ExtensionList.Format(DeflateNegotiation.Offers(compression))));
        }

        return headers;
    }

    /// <summary>Judges the answer to a request with this key (null over HTTP/2), these subprotocols, and the offers that go with these settings of
    /// compression.</summary>
    public static ClientHandshakeResult Check(
        OpeningResponse response,
        string? key,
        IReadOnlyList<string> subprotocolsAsked,
        DeflateOptions? compression,
        bool requireSubprotocol)
    {
        if (CheckStatus(response) is { } wrongStatus)
        {
            return wrongStatus;
        }

        if (!response.IsHttp2)
        {
            ArgumentNullException.ThrowIfNull(key);
            if ((CheckUpgrade(response) ?? CheckAccept(response.AcceptHeaders, WebSocketKey.Accept(key))) is { } wrongUpgrade)
            {
                return wrongUpgrade;
            }
        }

        if (ExtensionList.Parse(response.ExtensionHeaders, out var extensions) is { } fault)
        {
            return ClientFailures.BadHandshakeExtensions(fault);
        }

        if (CheckExtensions(extensions, compression, out var deflate) is { } wrongExtension)
        {
            return wrongExtension;
        }

        return CheckSubprotocol(response.SubprotocolHeaders, subprotocolsAsked, requireSubprotocol, out var subprotocol) is { } wrongSubprotocol
            ? wrongSubprotocol
            : new Accepted(subprotocol, extensions, deflate);
    }

    /// <summary>RFC 6455 4.1, 5, and RFC 7692 5.1: nothing but what was offered, and that once.</summary>
    private static Failed? CheckExtensions(IReadOnlyList<ExtensionOffer> extensions, DeflateOptions? compression, out DeflateParameters? deflate)
    {
        deflate = null;
        foreach (var extension in extensions)
        {
            if (compression is null || extension.Name != DeflateNegotiation.Name)
            {
                return ClientFailures.BadHandshakeExtensionNotOffered(extension.Name);
            }

            if (deflate is not null)
            {
                return ClientFailures.BadHandshakeExtensionRepeated(extension.Name);
            }

            deflate = DeflateNegotiation.Check(extension, compression, out var wrong);
            if (deflate is null)
            {
                return ClientFailures.BadHandshakeDeflateParameter(wrong.ToString());
            }
        }

        return null;
    }

    private static Failed? CheckStatus(OpeningResponse response) => (response.Status, response.IsHttp2) switch
    {
        (101, false) when response.HttpVersion < System.Net.HttpVersion.Version11 => ClientFailures.BadHandshakeHttpVersion(response.HttpVersion.ToString()),
        (101, false) => null,
        (200, true) => null,
        ( >= 300 and <= 599, _) => ClientFailures.HttpStatus(response.Status),
        (_, false) => ClientFailures.BadHandshakeStatus(response.Status, "101"),
        (_, true) => ClientFailures.BadHandshakeStatus(response.Status, "200"),
    };

    /// <summary>RFC 6455 4.1, 2 and 3: Upgrade is exactly websocket, Connection contains upgrade.</summary>
    private static Failed? CheckUpgrade(OpeningResponse response)
    {
        if (response.UpgradeHeaders.Count == 0)
        {
            return ClientFailures.BadHandshakeUpgradeMissing();
        }

        if (HeaderList.Elements(response.UpgradeHeaders) is not [var upgrade] || !upgrade.Equals(OpeningHeaders.WebSocket, StringComparison.OrdinalIgnoreCase))
        {
            return ClientFailures.BadHandshakeUpgrade(response.UpgradeHeaders);
        }

        if (response.ConnectionHeaders.Count == 0)
        {
            return ClientFailures.BadHandshakeConnectionMissing();
        }

        return HeaderList.Contains(response.ConnectionHeaders, OpeningHeaders.Upgrade)
            ? null
            : ClientFailures.BadHandshakeConnection(response.ConnectionHeaders);
    }

    private static Failed? CheckAccept(IReadOnlyList<string> accept, string due) => accept switch
    {
        [] => ClientFailures.BadHandshakeAcceptMissing(),
        [var value] => value.AsSpan().Trim(" \t").SequenceEqual(due) ? null : ClientFailures.BadHandshakeAccept(value, due),
        { Count: var count } => ClientFailures.BadHandshakeAcceptRepeated(count),
    };

    private static Failed? CheckSubprotocol(
        IReadOnlyList<string> values, IReadOnlyList<string> asked, bool required, out string? subprotocol)
    {
        subprotocol = null;
        switch (values)
        {
            case []:
                return required && asked.Count > 0 ? ClientFailures.BadHandshakeSubprotocolMissing(asked) : null;
            case [var value] when !value.Contains(',', StringComparison.Ordinal):
                var name = value.Trim(' ', '\t');
                if (!asked.Contains(name, StringComparer.Ordinal))
                {
                    return ClientFailures.BadHandshakeSubprotocolNotAsked(name);
                }

                subprotocol = name;
                return null;
            default:
                return ClientFailures.BadHandshakeSubprotocolSeveral(values);
        }
    }
}
