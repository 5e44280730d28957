using Cierre.Opening;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Answers a handshake that is not accepted: status, headers, and one sentence that says what would be right.</summary>
internal static class HandshakeRefusal
{
    private const int RetryAfterSeconds = 5;

    public static Task AnswerAsync(HttpContext context, ServerHandshakeResult.Refused refused)
    {
        foreach ((string name, string value) in refused.Headers) context.Response.Headers[name] = value;
        return AnswerAsync(context, refused.Status, refused.Text);
    }

    public static Task OriginAsync(HttpContext context) =>
        AnswerAsync(context, StatusCodes.Status403Forbidden, "The request's Origin is not allowed to connect here.");

    public static Task DrainingAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "The server is stopping; try again in a few seconds.");
    }

    public static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n");
    }
}
