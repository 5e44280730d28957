using System.Globalization;
using Cierre.AspNetCore.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>The answer to a handshake that is not accepted: status, headers, and a text that says what would be right.</summary>
/// <param name="IsOfOrigin">No browser lets the page read the answer, so that the log is where its author finds the remedy.</param>
internal sealed record HandshakeRefusal(int Status, string Text, IReadOnlyList<KeyValuePair<string, string>> Headers, bool IsOfOrigin = false)
{
    // The most characters of a header that a sentence quotes.
    private const int MaxQuoted = 100;

    public static HandshakeRefusal Of(WebSocketHandshakeResult refused) => new((int)refused.StatusCode, refused.Error!, refused.Headers);

    public static HandshakeRefusal Of(int status, string text) => new(status, text, []);

    /// <summary>RFC 6750 3.1: a token that is not valid. RFC 9110 15.5.2: 401 says what would be.</summary>
    public static HandshakeRefusal Credentials() => new(
        StatusCodes.Status401Unauthorized,
        "The credentials do not say when they expire: their claim exp is no number (RFC 7519 4.1.4).",
        [new(HeaderNames.WWWAuthenticate, "Bearer error=\"invalid_token\"")]);

    public static HandshakeRefusal Origin(string fault) => new(StatusCodes.Status403Forbidden, fault, [], IsOfOrigin: true);

    /// <summary>An origin that is not in a list of the framework's.</summary>
    public static HandshakeRefusal Unlisted(string origin, string list) =>
        Origin($"The origin {UntrustedText.Escape(origin, MaxQuoted)} is not one of {list}.");

    public static HandshakeRefusal Draining(TimeSpan retryAfter) =>
        Unavailable(retryAfter, "The server takes no new connections: it is stopping, or drains its connections.");

    public static HandshakeRefusal AtCapacity(string why, TimeSpan retryAfter) => Unavailable(retryAfter, Sentence(why));

    /// <summary>A server that reads no tab in the list, where RFC 9110 5.6.1 has one, sees no upgrade in it.</summary>
    public static HandshakeRefusal ConnectionNotRead(IReadOnlyList<string> connection) => Of(
        StatusCodes.Status400BadRequest,
        $"The request has \"Connection: {UntrustedText.Escape(string.Join(", ", connection), MaxQuoted)}\", "
        + "in which this server reads no \"Upgrade\" because of the tab; separate by a comma and a space.");

    private static string Sentence(string clause) => $"{char.ToUpperInvariant(clause[0])}{clause.AsSpan(1)}.";

    /// <summary>RFC 9110 15.6.4 and 10.2.3: 503, and how many seconds to wait.</summary>
    private static HandshakeRefusal Unavailable(TimeSpan retryAfter, string text) => new(
        StatusCodes.Status503ServiceUnavailable,
        text,
        [new(HeaderNames.RetryAfter, Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture))]);

    /// <summary>Logs the refusal under the endpoint's name, and answers.</summary>
    public Task RefuseAsync(HttpContext context, ILogger logger, string endpoint)
    {
        if (IsOfOrigin) CloseLog.OriginRefused(logger, endpoint, Text);
        else CloseLog.HandshakeRefused(logger, endpoint, Status, Text);
        return AnswerAsync(context);
    }

    public Task AnswerAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        foreach ((string name, string value) in Headers) response.Headers[name] = value;
        response.StatusCode = Status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(Text + "\n");
    }
}
