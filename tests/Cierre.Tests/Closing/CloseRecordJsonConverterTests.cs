using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public sealed partial class CloseRecordJsonConverterTests
{
    private static readonly JsonSerializerOptions Spanish = new() { Converters = { new CloseRecordJsonConverter(CultureInfo.GetCultureInfo("es-MX")) } };

    private static readonly JsonSerializerOptions Contrary = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.WriteAsString,
    };

    private static readonly CloseRecord Clean = new()
    {
        Code = 4001, Reason = "a\n\"é\" <b>", WasClean = true, Sent = CloseFrame.Empty, Received = new CloseFrame(4001, "a\n\"é\" <b>"), ReceivedFirst = true, EndedBy = EndedBy.Remote,
        Why = EndReason.PeerClosed, Elapsed = TimeSpan.FromMilliseconds(1234.6), Codes = new CloseCodes().Add(4001, "Session replaced").AddTranslation(4001, CultureInfo.GetCultureInfo("es"), "Sesión sustituida"),
    };

    private static readonly CloseRecord Refused = CloseRecord.NotOpened(
        new EndReason(CloseCause.HttpStatus, new CloseDetail("HandlerFailed")), TimeSpan.FromMilliseconds(3), new HttpRefusal(HttpStatusCode.NotFound, [], default));

    [Fact]
    public void Members_stand_in_the_order_of_the_contract_with_nulls_written()
    {
        string explanation = JsonSerializer.Serialize(Refused.Explain(CultureInfo.InvariantCulture));
        Assert.Equal(
            $$"""{"type":"close","code":1006,"name":"Abnormal Closure","reason":"","wasClean":false,"sent":null,"received":null,"receivedFirst":false,"endedBy":"network","cause":"http-status","detail":"the handler failed","httpStatus":404,"elapsedMs":3,"explanation":{{explanation}}}""",
            JsonSerializer.Serialize(Refused));
    }

    [Fact]
    public void Frames_have_code_and_reason_and_an_empty_one_is_1005()
    {
        JsonElement json = JsonSerializer.SerializeToElement(Clean);
        Assert.Equal(
            ["type", "code", "name", "reason", "wasClean", "sent", "received", "receivedFirst", "endedBy", "cause", "detail", "httpStatus", "elapsedMs", "explanation"],
            json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"code":1005,"reason":""}""", json.GetProperty("sent").GetRawText());
        Assert.Equal((4001, Clean.Reason), (json.GetProperty("received").GetProperty("code").GetInt32(), json.GetProperty("received").GetProperty("reason").GetString()));
        Assert.Equal(("Session replaced", Clean.Reason, true, true), (json.GetProperty("name").GetString(), json.GetProperty("reason").GetString(), json.GetProperty("wasClean").GetBoolean(), json.GetProperty("receivedFirst").GetBoolean()));
        Assert.Equal((JsonValueKind.Null, 1235), (json.GetProperty("httpStatus").ValueKind, json.GetProperty("elapsedMs").GetInt64()));
    }

    [Fact]
    public void Options_of_the_serializer_change_neither_names_nor_nulls()
    {
        Assert.Equal(JsonSerializer.Serialize(Refused), JsonSerializer.Serialize(Refused, Contrary));
    }

    [Fact]
    public void Language_is_English_whatever_the_thread_speaks_and_another_where_it_is_asked_for()
    {
        CultureInfo before = CultureInfo.CurrentUICulture;
        var spanish = CultureInfo.GetCultureInfo("es-MX");
        try
        {
            CultureInfo.CurrentUICulture = spanish;
            JsonElement english = JsonSerializer.SerializeToElement(Clean);
            Assert.Equal(("Session replaced", Clean.Detail, Clean.Explain(CultureInfo.InvariantCulture)), Words(english));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }

        Assert.Equal(("Sesión sustituida", Clean.Describe(spanish), Clean.Explain(spanish)), Words(JsonSerializer.SerializeToElement(Clean, Spanish)));
        Assert.Throws<ArgumentNullException>(() => new CloseRecordJsonConverter(null!));

        static (string?, string?, string?) Words(JsonElement json) => (json.GetProperty("name").GetString(), json.GetProperty("detail").GetString(), json.GetProperty("explanation").GetString());
    }

    [Fact]
    public void Context_of_the_application_writes_records_as_a_part_of_its_own_types()
    {
        string json = JsonSerializer.Serialize(new Entry("lobby", Refused, null), ApplicationJson.Default.Entry);
        Assert.Equal($$"""{"Room":"lobby","End":{{JsonSerializer.Serialize(Refused)}},"Other":null}""", json);
    }

    [Fact]
    public void Record_is_not_read() =>
        Assert.StartsWith("A CloseRecord is written as JSON, not read", Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<CloseRecord>(JsonSerializer.Serialize(Clean))).Message, StringComparison.Ordinal);

    internal sealed record Entry(string Room, CloseRecord End, CloseRecord? Other);

    [JsonSerializable(typeof(Entry))]
    internal sealed partial class ApplicationJson : JsonSerializerContext;
}
