using System.Globalization;
using System.Text.Json.Nodes;
using Cierre.Tool.Diagrams;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Page;

/// <summary>The sequence diagrams of an outcome: of the page's connection as its server saw it, and of Cierre's own, or of a raw client's.</summary>
internal static class OutcomeDiagrams
{
    public static JsonArray Of(string name, PlayedEnd? plain, PlayedEnd? page, CultureInfo language)
    {
        var diagrams = new JsonArray();
        if (page is { Server: not null, ServerTrace: not [] }) Add("browser", isClient: false, page.ServerTrace, page.Server);
        if (plain?.Client is { } client) Add("client", isClient: true, plain.ClientTrace, client);
        else if (plain?.Server is { } server) Add("raw", isClient: false, plain.ServerTrace, server);
        return diagrams;

        void Add(string side, bool isClient, IReadOnlyList<WebSocketTraceEvent> trace, CloseRecord record)
        {
            var diagram = new ConversationDiagram(isClient, language);
            if (isClient && record.OpeningTimes is { } times) diagram.Add(times);
            foreach (WebSocketTraceEvent seen in trace) diagram.Add(seen);
            diagram.Add(record);
            diagrams.Add((JsonNode)new JsonObject { ["side"] = side, ["svg"] = SvgDiagram.Draw(diagram.ToDiagram(name), $"{side}-{name}") });
        }
    }
}
