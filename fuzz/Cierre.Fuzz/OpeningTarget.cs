using System.Net;
using System.Text;
using Cierre.AspNetCore.Origins;
using Cierre.Deflate;
using Cierre.Opening;
using static Cierre.Fuzz.OutputReader;

namespace Cierre.Fuzz;

/// <summary>The functions that judge requests, answers and origins: whatever the headers, a request opens, or is refused with a 4xx and a sentence.</summary>
internal sealed class OpeningTarget : Target
{
    private static readonly OriginList Listed = OriginList.Parse(["https://app.example", "https://*.wild.example", "null"], "Listed");

    public override (string What, string Why) Run(Dice dice, int number)
    {
        bool isHttp2 = dice.OneIn(3);
        string origin = HandshakeMaker.Pick(dice, HandshakeMaker.Origins), host = HandshakeMaker.Pick(dice, HandshakeMaker.Hosts);
        Version version = isHttp2 ? HttpVersion.Version20 : dice.OneIn(20) ? HttpVersion.Version10 : HttpVersion.Version11;
        var request = new WebSocketHandshakeRequest
        {
            Method = isHttp2 && !dice.OneIn(10) ? "CONNECT" : HandshakeMaker.Pick(dice, HandshakeMaker.Methods),
            HttpVersion = version,
            HasContent = dice.OneIn(20),
            OtherMethods = dice.OneIn(5) ? ["GET", "POST"] : [],
            ExtendedConnectProtocol = isHttp2 ? HandshakeMaker.Pick(dice, ["websocket", "", "webtransport", "\u00e9"]) : null,
            HostHeaderCount = dice.OneIn(20) ? dice.Below(3) : 1,
            UpgradeHeaders = Values(dice, HandshakeMaker.Upgrades),
            ConnectionHeaders = Values(dice, HandshakeMaker.Connections),
            KeyHeaders = Values(dice, HandshakeMaker.Keys),
            VersionHeaders = Values(dice, HandshakeMaker.Versions),
            SubprotocolHeaders = dice.OneIn(2) ? Values(dice, HandshakeMaker.Protocols) : [],
            ExtensionHeaders = dice.OneIn(2) ? Values(dice, HandshakeMaker.Extensions) : [],
        };
        IReadOnlyList<string>[] lists =
        [
            request.UpgradeHeaders, request.ConnectionHeaders, request.KeyHeaders, request.VersionHeaders, request.SubprotocolHeaders, request.ExtensionHeaders,
        ];
        string headers = string.Join('/', lists.Select(list => string.Join('|', list)));
        Input = Encoding.UTF8.GetBytes(
            $"{version} {request.Method} {request.ExtendedConnectProtocol} {request.HostHeaderCount} {request.HasContent} {headers} {origin} {host}");
        if (Listed.Contains(origin)) Require(origin is "null" or "https://app.example" or "https://a.wild.example", $"{origin} is let in");
        bool isOwn = Origin.IsSame(origin, "http", host);
        Require(!isOwn || (Origin.TryParse(origin, out Origin own) && own.Scheme == "http"), $"{origin} is one with {host}");
        DeflateOptions? compression = dice.OneIn(2) ? new DeflateOptions() : null;
        WebSocketHandshakeResult result = WebSocketHandshake.Check(request, ["best", "a"], compression);
        Require(result.Headers.All(header => header.Value.Length > 0 && header.Value.All(c => c is >= ' ' and <= '~')), "a header of the answer");
        Require((result.Error is null) == (result.Negotiated is not null), "neither opened nor refused");
        if (!result.IsAccepted)
        {
            string error = result.Error;
            Require((int)result.StatusCode is >= 400 and <= 426, $"status {result.StatusCode}");
            Require(error.StartsWith("The ", StringComparison.Ordinal) && error.EndsWith('.'), error);
            Require(error.All(c => c is >= ' ' and <= '~'), error);
            return (result.Kind.Value.ToString(), isHttp2 ? "HTTP/2" : "HTTP/1.1");
        }

        WebSocketNegotiation agreed = result.Negotiated;
        Require((int)result.StatusCode == (isHttp2 ? 200 : 101), $"status {result.StatusCode}");
        Require(agreed.Subprotocol is null or "best" or "a", "a subprotocol that the server does not speak");
        Require(agreed.Subprotocol is null || result.OfferedSubprotocols.Contains(agreed.Subprotocol), "a subprotocol that the client does not offer");
        Require((Header(result, "Sec-WebSocket-Accept") is null) == isHttp2, "Sec-WebSocket-Accept");
        return (Judge(dice, result, request, compression, isHttp2), isHttp2 ? "HTTP/2" : "HTTP/1.1");
    }

    private static string? Header(WebSocketHandshakeResult result, string name) => result.Headers.SingleOrDefault(header => header.Key == name).Value;

    /// <summary>A client that offered what the server read makes of its answer, or of one that was changed, what the rules say.</summary>
    private static string Judge(Dice dice, WebSocketHandshakeResult accepted, WebSocketHandshakeRequest request, DeflateOptions? compression, bool isHttp2)
    {
        var response = new OpeningResponse
        {
            Status = dice.OneIn(4) ? dice.Below(1000) : isHttp2 ? 200 : 101,
            IsHttp2 = isHttp2,
            UpgradeHeaders = Values(dice, HandshakeMaker.Upgrades),
            ConnectionHeaders = Values(dice, HandshakeMaker.Connections),
            AcceptHeaders = dice.OneIn(4) ? Values(dice, HandshakeMaker.Keys) : Header(accepted, "Sec-WebSocket-Accept") is { } accept ? [accept] : [],
            SubprotocolHeaders = dice.OneIn(4) ? Values(dice, HandshakeMaker.Protocols) : Header(accepted, "Sec-WebSocket-Protocol") is { } chosen ? [chosen] : [],
            ExtensionHeaders = dice.OneIn(4) ? Values(dice, HandshakeMaker.Extensions) : [],
        };
        return ClientHandshake.Check(response, isHttp2 ? null : request.KeyHeaders[0], ["best", "a"], compression, dice.OneIn(2)) switch
        {
            ClientHandshakeResult.Accepted => "opened",
            ClientHandshakeResult.Failed failed => failed.Sentence.Key,
            _ => throw new InvalidOperationException("neither opened nor failed"),
        };
    }

    private static string[] Values(Dice dice, string[] values) => [.. HandshakeMaker.Values(dice, values)];
}
