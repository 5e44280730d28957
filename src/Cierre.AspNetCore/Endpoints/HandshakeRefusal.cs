using System.Globalization;
using Cierre.Closing;
using Cierre.Opening;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Answers a handshake that is not accepted: status, headers, and one sentence that says what would be right.</summary>
internal static class HandshakeRefusal
{
    public static Task AnswerAsync(HttpContext context, ServerHandshakeResult.Refused refused)
    {
        foreach ((string name, string value) in refused.Headers) context.Response.Headers[name] = value;
        return AnswerAsync(context, refused.Status, refused.Text);
    }

    public static Task OriginAsync(HttpContext context) =>
        AnswerAsync(context, StatusCodes.Status403Forbidden, "The request's Origin is not allowed to connect here.");

    /// <summary>RFC 6750 3.1: a token that is not valid. RFC 9110 15.5.2: 401 says what would be.</summary>
    public static Task CredentialsAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return AnswerAsync(context, StatusCodes.Status401Unauthorized, "The credentials do not say when they expire: their claim exp is no number (RFC 7519 4.1.4).");
    }

    public static Task DrainingAsync(HttpContext context, TimeSpan retryAfter) => UnavailableAsync(context, retryAfter, "The server takes no new connections: it is stopping, or drains its connections.");

    public static Task AtCapacityAsync(HttpContext context, CloseDetail why, TimeSpan retryAfter) => UnavailableAsync(context, retryAfter, Sentence(why.English));

    private static string Sentence(string clause) => $"{char.ToUpperInvariant(clause[0])}{clause.AsSpan(1)}.";

    /// <summary>RFC 9110 15.6.4 and 10.2.3: 503, and how many seconds to wait.</summary>
    private static Task UnavailableAsync(HttpContext context, TimeSpan retryAfter, string text)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, text);
    }

    public static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n");
    }
}
