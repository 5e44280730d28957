using System.Text.Json.Nodes;
using Xunit;

namespace Cierre.Tool.Tests.Codes;

/// <summary>The table of codes of the reference page about <c>CloseEvent</c>, as developers know it, held against <c>cierre codes --json</c> in both languages.</summary>
public sealed class PageTableTests
{
    // What the page says of applications where the standard says something else: RFC 6455 7.4.2 and every browser let an application send 3000-3999.
    private const string NotForApplications = "not for applications";

    /// <param name="Name">The name in the registry of the IANA; empty where the page has none.</param>
    /// <param name="Spanish">What the page's Spanish name says.</param>
    /// <param name="Says">Words that the page's description turns on, and so must ours: in English, and in Spanish.</param>
    /// <param name="Note">"reserved" where the page says so in bold: such a code stands in no close frame.</param>
    /// <param name="Advice">Whether to connect again, which the page leaves open but for 1013: "e.g. it is overloaded and is casting off some of its clients".</param>
    private sealed record Row(int From, int To, string Name, string Spanish, string[] Says, string Note, string App, string Advice);

    private static readonly Row[] Page =
    [
        new(0, 999, "", "", ["not used", "sin uso"], "reserved", "no", "-"),
        new(1000, 1000, "Normal Closure", "Cierre normal", ["purpose", "propósito"], "", "yes", "no"),
        new(1001, 1001, "Going Away", "", ["goes away", "server", "browser leaves the page", "servidor", "navegador abandona la página"], "", "connection", "yes"),
        new(1002, 1002, "Protocol error", "Error de protocolo", ["protocol", "protocolo"], "", "connection", "no"),
        new(1003, 1003, "Unsupported Data", "Datos no", ["kind of data", "accept", "tipo de datos", "acepta"], "", "connection", "no"),
        new(1004, 1004, "", "", ["reserved", "meaning may be defined", "futuro"], "reserved", "no", "-"),
        new(1005, 1005, "No Status Rcvd", "Estado no recibido", ["no code", "no llevaba código"], "reserved", "no", "no"),
        new(1006, 1006, "Abnormal Closure", "Cierre anormal", ["no valid close frame", "ninguna trama de cierre"], "reserved", "no", "yes"),
        new(1007, 1007, "Invalid frame payload data", "Datos de trama no válidos", ["not UTF-8", "no es UTF-8"], "", "connection", "no"),
        new(1008, 1008, "Policy Violation", "Violación de política", ["policy", "no other code", "política", "ningún otro código"], "", "connection", "no"),
        new(1009, 1009, "Message Too Big", "grande", ["too big", "demasiado grande"], "", "connection", "no"),
        new(1010, 1010, "Mandatory Ext.", "Extensión", ["client", "extension", "server did not accept", "extensión", "el servidor no"], "", "client", "no"),
        new(1011, 1011, "Internal Error", "Error interno", ["unexpected condition", "condición inesperada"], "", "connection", "yes"),
        new(1012, 1012, "Service Restart", "Reinicio del servicio", ["restarts", "reinicia"], "", "connection", "yes"),
        new(1013, 1013, "Try Again Later", "más tarde", ["overloaded", "some of its clients", "sobrecargado", "algunos clientes"], "", "connection", "other address"),
        new(1014, 1014, "Bad Gateway", "", ["gateway", "upstream server", "pasarela"], "", "connection", "yes"),
        new(1015, 1015, "TLS handshake", "TLS", ["TLS handshake failed", "negociación TLS"], "reserved", "no", "no"),
        new(1016, 1999, "", "", ["future", "standard", "futuras", "estándar"], "reserved", "no", "-"),
        new(2000, 2999, "", "", ["extensions", "extensiones"], "reserved", "no", "-"),
        new(3000, 3999, "", "", ["libraries", "frameworks", "registration", "bibliotecas", "registro"], NotForApplications, "yes", "no"),
        new(4000, 4999, "", "", ["applications", "aplicaciones"], "", "yes", "no"),
    ];

    // The registry has grown since the page was written: three codes of 3000-3999 have names.
    private static readonly int[] RegisteredSince = [3000, 3003, 3008];

    [Fact]
    public async Task Each_row_of_the_page_is_there_and_says_the_same()
    {
        JsonArray english = (await ToolProcess.RunAsync("codes", "--json", "--lang", "en")).Lines[0].AsArray(), spanish = (await ToolProcess.RunAsync("codes", "--json", "--lang", "es")).Lines[0].AsArray();
        foreach (Row row in Page)
        {
            (JsonNode En, JsonNode Es)[] ours = [.. english.Zip(spanish, (en, es) => (en!, es!)).Where(pair => From(pair.Item1) >= row.From && To(pair.Item1) <= row.To && !RegisteredSince.Contains(From(pair.Item1)))];
            Assert.NotEmpty(ours);
            if (row.Note != NotForApplications) Assert.Equal((row.From, row.To), (From(ours[0].En), To(ours[^1].En)));
            foreach ((JsonNode en, JsonNode es) in ours)
            {
                Assert.Equal(row.Name, (string)en["name"]!);
                Assert.Equal(row.Name.Length == 0, ((string)es["name"]!).Length == 0);
                Assert.Contains(row.Spanish, (string)es["name"]!, StringComparison.Ordinal);
                Assert.All(row.Says, words => Assert.Contains(words, $"{en["description"]} {es["description"]}", StringComparison.Ordinal));
                Assert.Equal((row.Note != "reserved", row.App), ((bool)en["wire"]!, (string)en["app"]!));
                Assert.Equal(row.Advice, Advice((string)en["reconnect"]!));
                Assert.Equal(Advice((string)en["reconnect"]!) == "-", (string)es["reconnect"]! == "-");
            }
        }
    }

    [Fact]
    public async Task Page_has_every_row_but_those_that_were_registered_since()
    {
        JsonArray rows = (await ToolProcess.RunAsync("codes", "--json", "--lang", "en")).Lines[0].AsArray();
        int[] singles = [.. rows.Select(row => row!).Where(row => From(row) == To(row)).Select(From)];
        Assert.Equal([.. Page.Where(row => row.From == row.To).Select(row => row.From), .. RegisteredSince], singles);
        Assert.Equal((0, 4999), (From(rows[0]!), To(rows[^1]!)));
    }

    /// <summary>The page says that applications may not use 3000-3999. They may.</summary>
    [Theory]
    [InlineData(3000)]
    [InlineData(3500)]
    [InlineData(3999)]
    public async Task One_difference_is_meant_an_application_may_send_3000_to_3999(int code)
    {
        Row page = Assert.Single(Page, row => row.Note == NotForApplications);
        Assert.InRange(code, page.From, page.To);
        JsonArray rows = (await ToolProcess.RunAsync("codes", "--json", "--lang", "en")).Lines[0].AsArray();
        Assert.Equal("yes", (string)rows.Single(row => From(row!) <= code && code <= To(row!))!["app"]!);
    }

    private static int From(JsonNode row) => (int)row["from"]!;

    private static int To(JsonNode row) => (int)row["to"]!;

    private static string Advice(string reconnect) => reconnect.StartsWith("yes", StringComparison.Ordinal) ? "yes" : reconnect.StartsWith("to another address", StringComparison.Ordinal) ? "other address" : reconnect;
}
