using System.Globalization;
using System.Text.Json.Nodes;
using Cierre.Tool.Arguments;
using Cierre.Tool.Diagrams;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Page;

/// <summary>Connects Cierre's client to any server, says a text where there is one, waits a moment for an answer, closes, and explains. Bounded in time and in
/// size.</summary>
internal static class ConnectAnywhere
{
    private const int LargestMessage = 64 * 1024;
    private const int LongestShown = 200;

    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <returns>The end, its explanation and its diagram; or an error, where it is no address.</returns>
    public static async Task<JsonObject> ToAsync(string address, string text, CultureInfo language)
    {
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out Uri? url) || url.Scheme is not ("ws" or "wss"))
        {
            return new JsonObject { ["error"] = "not-a-url" };
        }

        var diagram = new ConversationDiagram(isClient: true, language);
        string? answer = null;
        CloseRecord record;
        try
        {
            var options = new WebSocketClientOptions
            {
                ConnectTimeout = OpeningTime, MaxMessageSize = LargestMessage, Trace = LabTrace.Options, CloseTimeout = AnswerTime
            };
            WebSocketConnection connection = await WebSocketConnection.ConnectAsync(url, options);
            await using (connection)
            {
                (record, answer) = await TalkAsync(connection, text);
                if (record.OpeningTimes is { } times) diagram.Add(times);
                foreach (WebSocketTraceEvent seen in await LabTrace.OfAsync(connection)) diagram.Add(seen);
            }
        }
        catch (WebSocketConnectException e)
        {
            record = e.Record;
            if (record.OpeningTimes is { } times) diagram.Add(times);
        }
        catch (ArgumentException)
        {
            return new JsonObject { ["error"] = "not-a-url" };
        }

        diagram.Add(record);
        return new JsonObject
        {
            ["url"] = WebSocketUrl.ToDisplayString(url),
            ["client"] = CloseJson.ToShown(record, language),
            ["answer"] = answer,
            ["diagrams"] = new JsonArray(
                new JsonObject { ["side"] = "client", ["svg"] = SvgDiagram.Draw(diagram.ToDiagram(WebSocketUrl.ToDisplayString(url)), "anywhere") }),
        };
    }

    private static async Task<(CloseRecord Record, string? Answer)> TalkAsync(WebSocketConnection connection, string text)
    {
        Task<WebSocketMessage?> answering = connection.ReceiveAsync().AsTask();
        Task passed = Task.Delay(AnswerTime);
        // A server that reads nothing lets nothing be sent, and is not waited for either.
        if (text.Length > 0) await Task.WhenAny(SayAsync(connection, text), passed);
        await Task.WhenAny(answering, passed);
        CloseRecord record = await connection.CloseAsync();
        string? answer = await answering switch
        {
            { Kind: WebSocketMessageKind.Text } message => UntrustedText.Escape(message.GetText(), LongestShown),
            { } message => string.Create(CultureInfo.InvariantCulture, $"({message.Data.Length} bytes)"),
            null => null,
        };
        return (record, answer);
    }

    private static async Task SayAsync(WebSocketConnection connection, string text)
    {
        try
        {
            await connection.SendAsync(text);
        }
        catch (WebSocketClosedException)
        {
            // The record says why.
        }
    }
}
