using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Opening;
using Cierre.TestKit;
using Cierre.Tests.Architecture;
using Xunit;
using Failed = Cierre.Opening.ClientHandshakeResult.Failed;

namespace Cierre.Tests.Closing;

/// <summary>Everything that a record can say is wholly Spanish for Spanish cultures, and wholly English for all others.</summary>
public sealed partial class SpanishTests
{
    private static readonly CultureInfo Spanish = CultureInfo.GetCultureInfo("es");

    private static readonly Dictionary<string, string> InEnglish = Read("Texts.resx");
    private static readonly Dictionary<string, string> InSpanish = Read("Texts.es.resx");

    // What both languages write alike: terms of the standards, names, units, and short words that both happen to have.
    private static readonly HashSet<string> SameInBoth =
    ["deflate", "permessage", 
        "a", "accept", "add", "api", "bit", "fin", "rst", "tcp", "bits", "byte", "bytes", "cierre", "close", "closecodes", "connection", "control", "error", "extensions", "host", "http", "iana", "json", "min", "nat",
        "ascii", "blob", "cursor", "hello", "no", "normal", "ping", "pings", "pong", "protocol", "proxy", "resume", "rfc", "rsv", "s", "sec", "tls", "u", "upgrade", "utf", "v", "visible", "websocket", "wss", "x",
    ];

    // Of those, the ones that are Spanish only inside a name such as Sec-WebSocket-Accept or CloseCodes.Add.
    private static readonly HashSet<string> OnlyInNames = ["accept", "add", "close", "closecodes", "connection", "extensions", "protocol", "sec", "upgrade"];

    private static readonly HashSet<string> EnglishWords = [.. InEnglish.Where(text => text.Key != "Language").SelectMany(text => Words(text.Value)).Except(SameInBoth), .. OnlyInNames];

    public static TheoryData<string> SpanishCultures => ["es", "es-ES", "es-MX", "es-AR", "es-419", "es-US"];

    public static TheoryData<string> OtherCultures => ["", "en", "en-GB", "de", "fi", "pt-BR", "ca", "ar-SA", "ja-JP"];

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    public void Every_sentence_with_sample_numbers(string language)
    {
        var culture = CultureInfo.GetCultureInfo(language);
        var lines = new StringBuilder();
        foreach (string key in InEnglish.Keys) lines.Append(CultureInfo.InvariantCulture, $"{key}: {Rendered(key, culture)}\n");
        Golden.Check($"texts.{language}.txt", lines.ToString());
    }

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    public void Explanation_of_every_cause(string language)
    {
        var culture = CultureInfo.GetCultureInfo(language);
        Golden.Check($"causes.{language}.txt", string.Join("\n\n", Representative.Records.Select(row => $"# {row.Key.ToKebabCase()}\n{row.Value.Explain(culture)}")));
    }

    [Fact]
    public void Every_cause_that_the_sources_produce_has_its_record() =>
        Assert.Empty(SourceProject.All().SelectMany(project => project.Files).SelectMany(file => ProducedCause().Matches(file.Text))
            .Select(match => match.Groups[1].Value).Except(Representative.Records.Keys.Select(cause => cause.ToString())));

    [Fact]
    public void No_Spanish_sentence_has_an_English_word() =>
        Faults.None(InSpanish.Where(text => text.Key != "Language").SelectMany(text => Leaks(text.Value).Select(word => $"{text.Key}: {word}")));

    [Fact]
    public void No_sentence_is_left_as_it_was_in_English() =>
        Assert.Equal(["BytesMany", "BytesOne", "ReconnectNo", "UpstreamFailed"], InEnglish.Where(text => InSpanish[text.Key] == text.Value).Select(text => text.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(SpanishCultures))]
    public void Explanation_is_wholly_Spanish(string culture) => Assert.All(Representative.Records.Values, record =>
    {
        string explanation = record.Explain(CultureInfo.GetCultureInfo(culture));
        Assert.Empty(Leaks(Quotation().Replace(explanation, "")));
        Assert.Contains("Reconectar: ", explanation, StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(ViolationsTests.Rows), MemberType = typeof(ViolationsTests))]
    public void Violation_is_wholly_Spanish(string name) => Assert.Empty(Leaks(ViolationsTests.WorstCase(name).Reason.In(Spanish)));

    [Fact]
    public void Wrong_answer_is_wholly_Spanish() => Assert.All(
        typeof(ClientFailures).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(rule => rule.Name.StartsWith("Bad", StringComparison.Ordinal)), rule =>
        {
            HandshakeSentence sentence = ((Failed)rule.Invoke(null, [.. rule.GetParameters().Select(parameter => Sample(parameter.ParameterType))])!).Sentence;
            Assert.Empty(Leaks(new CloseDetail(sentence.Key, sentence.Arguments).In(Spanish)));
        });

    [Theory]
    [MemberData(nameof(OtherCultures))]
    public void Explanation_is_wholly_English_for_every_other_culture_with_the_numbers_of_English(string culture) =>
        Assert.All(Representative.Records.Values, record => Assert.Equal(record.Explain(CultureInfo.InvariantCulture), record.Explain(CultureInfo.GetCultureInfo(culture))));

    [Theory]
    [MemberData(nameof(SpanishCultures))]
    public void Code_is_wholly_Spanish(string culture)
    {
        var spanish = CultureInfo.GetCultureInfo(culture);
        Assert.All([.. CloseCodes.Default.All, CloseCodes.Default.Get(65535)], row =>
        {
            Assert.Empty(Leaks(row.Explain(spanish)));
            Assert.Equal(row.Name.Length == 0, row.GetName(spanish).Length == 0);
            Assert.Empty(Leaks(row.Describe(spanish)));
            Assert.Empty(Leaks(row.Reconnect.Describe(spanish)));
        });
    }

    [Fact]
    public void Null_is_the_language_of_the_thread_and_what_goes_over_the_wire_stays_English()
    {
        CultureInfo before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
        try
        {
            CloseRecord record = Representative.Records[CloseCause.PingTimeout];
            Assert.Equal("el ping no tuvo respuesta en 2.5 s", record.Describe());
            Assert.Equal("Error interno", record.CodeInfo.GetName());
            Assert.StartsWith("1011 Error interno: ", record.Explain(), StringComparison.Ordinal);
            Assert.StartsWith("1011 Error interno: ", CloseCodes.Default.Explain(1011), StringComparison.Ordinal);
            Assert.StartsWith("sí, ", record.Reconnect.Describe(null), StringComparison.Ordinal);
            Assert.Equal(("Error interno", "un extremo se encontró con una condición inesperada"), (CloseCodes.Default.Get(1011).GetName(), CloseCodes.Default.Get(1011).Describe()));

            Assert.Equal(("Internal Error", "ping was not answered within 2.5 s"), (record.CodeInfo.Name, record.Detail));
            Assert.Equal("ping was not answered within 2.5 s", Violations.PingNotAnswered(TimeSpan.FromSeconds(2.5)).Frame.Reason);
            Assert.Equal("an endpoint met an unexpected condition", CloseCodes.Default.Get(1011).Description);
            Assert.Equal("no", ReconnectAdvice.No.ToString());
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory]
    [InlineData("es", "2,5 s")]
    [InlineData("es-ES", "2,5 s")]
    [InlineData("es-MX", "2.5 s")]
    public void Number_is_written_as_the_region_does(string culture, string number) =>
        Assert.Contains(number, Representative.Records[CloseCause.ConnectTimeout].Describe(CultureInfo.GetCultureInfo(culture)), StringComparison.Ordinal);

    [Fact]
    public void Word_inside_a_sentence_is_Spanish_too() => Assert.All(["continuation", "text", "binary", "close", "ping", "pong"], word =>
    {
        Assert.Contains($" {word} frame", Violations.ReservedBitOnFrame(1, word).Reason.English, StringComparison.Ordinal);
        Assert.Empty(Leaks(Violations.ReservedBitOnFrame(1, word).Reason.In(Spanish)));
    });

    [Theory]
    [InlineData(1, "after 1 byte", "tras 1 byte")]
    [InlineData(3, "after 3 bytes", "tras 3 bytes")]
    public void One_thing_is_in_the_singular(long count, string english, string spanish)
    {
        CloseDetail detail = Violations.TextEndsInCodePoint(count).Reason;
        Assert.EndsWith(english, detail.English, StringComparison.Ordinal);
        Assert.EndsWith(spanish, detail.In(Spanish), StringComparison.Ordinal);
        Assert.EndsWith(count == 1 ? "1 fragmento" : "3 fragmentos", Violations.TooManyFragments((int)count).Reason.In(Spanish), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("la trama ping is too long", "is")]
    [InlineData("el timeout", "timeout")]
    [InlineData("la respuesta no tiene la cabecera Sec-WebSocket-Accept", null)]
    [InlineData("la cabecera Connection de la respuesta", null)]
    [InlineData("la connection", "connection")]
    public void English_word_is_found(string text, string? word) => Assert.Equal(word is null ? [] : [word], Leaks(text).Take(1));

    private static IEnumerable<string> Leaks(string text) => Words(Name().Replace(text, "")).Where(EnglishWords.Contains);

    private static IEnumerable<string> Words(string text) => Word().Matches(Placeholder().Replace(text, "").ToLowerInvariant()).Select(match => match.Value);

    private static object Sample(Type type) => type switch
    {
        _ when type == typeof(int) => 7,
        _ when type == typeof(string) => "xyz",
        _ when type == typeof(ExtensionListFault) => new ExtensionListFault(1, 1, "xyz", "xyz"),
        _ => new[] { "xyz" },
    };

    private static string Rendered(string key, CultureInfo culture) => key switch
    {
        _ when Placeholder().Count(InEnglish[key]) == 0 => Texts.Get(culture, key),
        _ when InEnglish[key].Contains("0.###", StringComparison.Ordinal) => Texts.Format(culture, key, 2.5, 61.25),
        _ => Texts.Format(culture, key, 7, 42, 13, 99),
    };

    private static Dictionary<string, string> Read(string name) => TextKeys.Read(File.ReadAllText(Path.Combine(SourceProject.Source, "Cierre", "Closing", name)));

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{\d[^{}]*\}")]
    private static partial Regex Placeholder();

    // Header names, members and identifiers of evidence, which have no translation.
    [GeneratedRegex(@"Sec-WebSocket-\w+|\b(?:Upgrade|Connection)\b|\bCloseCodes\b(?:\.Add)?")]
    private static partial Regex Name();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quotation();

    [GeneratedRegex(@"CloseCause\.(\w+),")]
    private static partial Regex ProducedCause();
}
