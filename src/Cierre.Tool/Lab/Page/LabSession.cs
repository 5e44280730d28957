using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;

namespace Cierre.Tool.Lab.Page;

/// <summary>One page's control connection: what it asks is done, and what its browser is to play goes out.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Running it to its end disposes what it holds.")]
internal sealed class LabSession
{
    private static readonly TimeSpan CountsInterval = TimeSpan.FromMilliseconds(200);

    private readonly WebSocketConnection _connection;
    private readonly CloseCounts _counts;
    private readonly PageLink _link;
    private readonly ConcurrentDictionary<string, Outcome> _outcomes = [];
    private readonly RunQueue _runs;
    private readonly LiveTurn _live;
    private CultureInfo _language;

    public LabSession(WebSocketConnection connection, CloseCounts counts, CultureInfo language)
    {
        (_connection, _counts, _language) = (connection, counts, language);
        _link = new PageLink(command => _connection.SendJsonAsync(command, PageJsonContext.Default.PageCommand));
        _runs = new RunQueue((situations, over) => SituationRunner.OfAsync(situations, over, _link, counts.Add), Played);
        _live = new LiveTurn(() => LiveConnections.OpenAsync(_link, counts.Add));
    }

    public async Task RunAsync()
    {
        using var ended = new CancellationTokenSource();
        Send(Greeting(_language));
        Task counting = CountAsync(ended.Token);
        try
        {
            await foreach (WebSocketMessage message in _connection.ReadAllAsync())
            {
                if (RequestIn(message) is { } request) _ = HandleAsync(request);
            }
        }
        finally
        {
            _link.End();
            await ended.CancelAsync();
            await counting;
            await _live.DisposeAsync();
        }
    }

    private static JsonObject Greeting(CultureInfo language) => new()
    {
        ["type"] = "hello",
        ["language"] = language.TwoLetterISOLanguageName == "es" ? "es" : null,
        ["situations"] = new JsonArray([.. All.Situations.Select(situation => (JsonNode)new JsonObject
        {
            ["name"] = situation.Name, ["description"] = situation.Description,
        })]),
    };

    /// <returns>Null where it is none: the page is told, and what else it has open or asks stays.</returns>
    private PageRequest? RequestIn(WebSocketMessage message)
    {
        try
        {
            return message.Kind == WebSocketMessageKind.Text ? message.GetJson(PageJsonContext.Default.PageRequest) : null;
        }
        catch (JsonException e)
        {
            Send(new JsonObject { ["type"] = "answer", ["error"] = e.Message });
            return null;
        }
    }

    private async Task HandleAsync(PageRequest request)
    {
        try
        {
            if (await AnswerAsync(request) is not { } answer) return;
            (answer["type"], answer["id"]) = ("answer", request.Id);
            Send(answer);
        }
#pragma warning disable CA1031 // Whatever went wrong, the page is told, and may ask again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Send(new JsonObject { ["type"] = "answer", ["id"] = request.Id, ["error"] = e.Message });
        }
    }

    /// <returns>The answer; null where the page is told otherwise, or has nothing to be told.</returns>
    private async Task<JsonObject?> AnswerAsync(PageRequest request)
    {
        switch (request.Do)
        {
            case "event" when request.Report is { } report:
                _link.Report(report);
                return null;
            case "browser":
                _link.Browser = request.Kind switch { "chromium" => BrowserKind.Chromium, "firefox" => BrowserKind.Firefox, _ => BrowserKind.Other };
                return null;
            case "run" when request.Names is { } names:
                _runs.Add(names);
                return null;
            case "language":
                _language = request.Language == "es" ? CultureInfo.GetCultureInfo("es") : CultureInfo.InvariantCulture;
                foreach (Outcome outcome in _outcomes.Values) Send(OutcomeJson.Of(outcome, _language));
                return null;
            case "check":
                return await CloseCheck.OfAsync(request.Code ?? 0, request.Reason ?? "", _language);
            case "live":
                await _live.OpenAsync();
                return [];
            case "close":
                if (request.Code is < 0 or > ushort.MaxValue) throw new InvalidOperationException(CloseCheck.TooLarge);
                Played(await _live.CloseAsync(request.ByServer == true, new CloseFrame((ushort)(request.Code ?? 0), request.Reason ?? ""))
                    ?? throw new InvalidOperationException("Nothing is open that could be closed."));
                return [];
            case "connect":
                return await ConnectAnywhere.ToAsync(request.Url ?? "", request.Text ?? "", _language);
            default:
                throw new InvalidOperationException($"'{request.Do}' cannot be done now.");
        }
    }

    private void Played(Outcome outcome)
    {
        // First what may throw: an outcome that cannot be shown is none to show again.
        JsonObject shown = OutcomeJson.Of(outcome, _language);
        _outcomes[outcome.Situation.Name] = outcome;
        Send(shown);
    }

    private async Task CountAsync(CancellationToken ended)
    {
        int shown = -1;
        using var timer = new PeriodicTimer(CountsInterval);
        try
        {
            do
            {
                int version = _counts.Version;
                if (version == shown) continue;
                shown = version;
                Send(_counts.ToJson());
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException)
        {
            // The page went away.
        }
    }

    private void Send(JsonObject message) => _ = SendAsync(message);

    private async Task SendAsync(JsonObject message)
    {
        try
        {
            await _connection.SendAsync(message.ToJsonString());
        }
        catch (WebSocketClosedException)
        {
            // Nobody is there to be told.
        }
    }
}
