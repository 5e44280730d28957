using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Resuming;
using Cierre.AspNetCore.Roster;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Inspector;

/// <summary>What the page, and whoever writes a script, asks for over HTTP.</summary>
internal sealed class Api(ShownConnections shown, ShownSessions sessions, ILoggerFactory loggers, UserNames users)
{
    private const int MaxFrames = 1000;
    private const int MaxClosesAtOnce = 1000;
    private const long MaxBody = 64 * 1024;

    private readonly ILogger _logger = CloseLog.Of(loggers);

    public Task ListAsync(HttpContext context) =>
        AnswerAsync(context, shown.List(Asked(context), Language.Of(context.Request)), InspectorJson.Default.ConnectionsMessage);

    public Task SessionsAsync(HttpContext context) => AnswerAsync(context, sessions.List(Asked(context)), InspectorJson.Default.SessionsMessage);

    public Task OneAsync(HttpContext context) =>
        Number((string?)context.Request.RouteValues["id"]) is { } id && shown.Find(id) is { } entry
            ? AnswerAsync(context, RowsOf.Connection(entry, Language.Of(context.Request), MaxFrames), InspectorJson.Default.ConnectionRow)
            : RefuseAsync(context, StatusCodes.Status404NotFound, "No connection of this number is open.");

    public Task ClosesAsync(HttpContext context)
    {
        CultureInfo culture = Language.Of(context.Request);
        CloseRow[] rows = [.. shown.Closes(out _).Where(closed => !closed.IsInspector).Select(closed => RowsOf.Closed(closed, culture))];
        return AnswerAsync(context, new ClosesMessage("closes", shown.Process, 0, rows), InspectorJson.Default.ClosesMessage);
    }

    /// <summary>Begins the closes and does not wait for them: how each ended is among the closes.</summary>
    public async Task CloseAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "Send application/json.").ConfigureAwait(false);
            return;
        }

        if (await ReadAsync(context).ConfigureAwait(false) is not { Count: > 0 and <= MaxClosesAtOnce, Code: { } code } request)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest,
                $"Send {{\"ids\": [...], \"sessions\": [...], \"code\": 4000, \"reason\": \"...\"}} with 1 to {MaxClosesAtOnce} numbers of connections and " +
                "ids of sessions.").ConfigureAwait(false);
            return;
        }

        if (!shown.IsMeant(request.Process))
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict,
                "These numbers are of another process of the server, where they mean other connections. Ask for the connections again.").ConfigureAwait(false);
            return;
        }

        // Also where the reason would be cut: whoever types it here is told.
        if (CloseCodes.GetSendError(code, request.Reason, WebSocketRole.Server, Language.Of(context.Request)) is { } fault)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, fault).ConfigureAwait(false);
            return;
        }

        OpenConnection[] open = [.. (request.Ids ?? []).Distinct().Select(shown.Find).OfType<OpenConnection>()];
        string[]? ofSessions = request.Sessions?.OfType<string>().Distinct().ToArray();
        HostedSession[] kept = [.. (ofSessions ?? []).Select(sessions.Find).OfType<HostedSession>()];
        Tell(context, [.. open.Select(entry => $"{entry.Id} {entry.Endpoint}"), .. kept.Select(session => $"session {session.Session.Id} {session.Endpoint}")],
            (ushort)code);
        // Nothing is lost by not awaiting them: their ends never fail.
        foreach (WebSocketConnection connection in open.Select(entry => entry.Connection).Concat(kept.Select(session => session.Session.Connection)))
            _ = connection.CloseAsync((ushort)code, request.Reason ?? "", CancellationToken.None);
        long[] closing = [.. open.Select(entry => entry.Id)];
        string[] closingSessions = [.. kept.Select(session => session.Session.Id)];
        var answer = new CloseAnswer(
            closing,
            [.. (request.Ids ?? []).Except(closing)],
            ofSessions is null ? null : closingSessions,
            ofSessions?.Except(closingSessions).ToArray());
        await AnswerAsync(context, answer, InspectorJson.Default.CloseAnswer, StatusCodes.Status202Accepted).ConfigureAwait(false);
    }

    private static ListQuery Asked(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        return new ListQuery(Number(query["before"]), query["filter"], Number(query["limit"]) is { } limit ? (int)Math.Min(limit, int.MaxValue) : null);
    }

    /// <summary>Null: it is no such JSON, or too much of it.</summary>
    private static async Task<CloseRequest?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBody) return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxBody;
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, InspectorJson.Default.CloseRequest, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Who did it, from where and to whom, for those who read the log afterwards.</summary>
    private void Tell(HttpContext context, string[] closing, ushort code)
    {
        if (closing is [] || !_logger.IsEnabled(LogLevel.Information)) return;
        string user = users.Of(context.User) is { } name ? UntrustedText.Quote(name) : "Somebody";
        string caller = context.Connection.RemoteIpAddress is { } from ? $"{user} at {from}" : user;
        string all = string.Join(", ", closing);
        CloseLog.InspectorCloses(_logger, caller, all, code);
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static Task RefuseAsync(HttpContext context, int status, string text) => AnswerAsync(context, new Fault(text), InspectorJson.Default.Fault, status);

    private static Task AnswerAsync<T>(HttpContext context, T value, JsonTypeInfo<T> typeInfo, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, typeInfo, cancellationToken: context.RequestAborted);
    }
}
