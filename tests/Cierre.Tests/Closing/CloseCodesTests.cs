using System.Globalization;
using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseCodesTests
{
    private const AllowedSenders Connections = AllowedSenders.Client | AllowedSenders.Server;
    private const AllowedSenders Everybody = Connections | AllowedSenders.Browser;

    [Fact]
    public void Rows_cover_0_to_4999_in_order_and_without_a_hole() => AssertWhole(CloseCodes.Default);

    [Fact]
    public void Table_is_printed_in_the_documentation()
    {
        var table = new StringBuilder("| code | name | in a close frame | an application may send it | meaning | Cierre ... | reconnect when it comes |\n|---|---|---|---|---|---|---|\n");
        foreach (CloseCodeInfo row in CloseCodes.Default.All)
        {
            string wire = row.IsAllowedInFrame ? "yes" : "no";
            table.Append(null, $"| {row.CodeOrRange} | {row.Name} | {wire} | {Senders(row.AllowedSenders)} | {row.Description} | {row.When(CultureInfo.InvariantCulture)} | {row.Reconnect} |\n");
        }

        Golden.MatchesPart("docs/closing.md", "code table, printed by CloseCodesTests", table.ToString());
    }

    [Fact]
    public void Every_number_of_two_bytes_is_in_the_row_that_Get_returns()
    {
        for (int code = 0; code <= ushort.MaxValue; code++)
        {
            CloseCodeInfo row = CloseCodes.Default.Get((ushort)code);
            Assert.InRange(code, row.FirstCode, row.LastCode);
        }
    }

    // The IANA registry of WebSocket close code numbers.
    [Theory]
    [InlineData(1000, "Normal Closure", true, Everybody)]
    [InlineData(1001, "Going Away", true, Connections)]
    [InlineData(1002, "Protocol error", true, Connections)]
    [InlineData(1003, "Unsupported Data", true, Connections)]
    [InlineData(1004, "", false, AllowedSenders.None)]
    [InlineData(1005, "No Status Rcvd", false, AllowedSenders.None)]
    [InlineData(1006, "Abnormal Closure", false, AllowedSenders.None)]
    [InlineData(1007, "Invalid frame payload data", true, Connections)]
    [InlineData(1008, "Policy Violation", true, Connections)]
    [InlineData(1009, "Message Too Big", true, Connections)]
    [InlineData(1010, "Mandatory Ext.", true, AllowedSenders.Client)]
    [InlineData(1011, "Internal Error", true, Connections)]
    [InlineData(1012, "Service Restart", true, Connections)]
    [InlineData(1013, "Try Again Later", true, Connections)]
    [InlineData(1014, "Bad Gateway", true, Connections)]
    [InlineData(1015, "TLS handshake", false, AllowedSenders.None)]
    [InlineData(3000, "Unauthorized", true, Everybody)]
    [InlineData(3003, "Forbidden", true, Everybody)]
    [InlineData(3008, "Timeout", true, Everybody)]
    public void Named_code_has_its_own_row(ushort code, string name, bool onTheWire, AllowedSenders app)
    {
        CloseCodeInfo row = CloseCodes.Default.Get(code);
        Assert.Equal((code, code, name, onTheWire, app), (row.FirstCode, row.LastCode, row.Name, row.IsAllowedInFrame, row.AllowedSenders));
    }

    [Theory]
    [InlineData(0, 0, 999, false)]
    [InlineData(1016, 1016, 1999, false)]
    [InlineData(2999, 2000, 2999, false)]
    [InlineData(3001, 3001, 3002, true)]
    [InlineData(3007, 3004, 3007, true)]
    [InlineData(5000, 5000, 65535, false)]
    [InlineData(65535, 5000, 65535, false)]
    public void Code_without_a_name_is_in_the_row_of_its_range(ushort code, int from, int to, bool onTheWire)
    {
        CloseCodeInfo row = CloseCodes.Default.Get(code);
        Assert.Equal((from, to, "", onTheWire), (row.FirstCode, row.LastCode, row.Name, row.IsAllowedInFrame));
        Assert.Equal(onTheWire ? Everybody : AllowedSenders.None, row.AllowedSenders);
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(1003, true)]
    [InlineData(1004, false)]
    [InlineData(1005, false)]
    [InlineData(1006, false)]
    [InlineData(1007, true)]
    [InlineData(1014, true)]
    [InlineData(1015, false)]
    [InlineData(1016, false)]
    [InlineData(2999, false)]
    [InlineData(3000, true)]
    [InlineData(4999, true)]
    [InlineData(5000, false)]
    [InlineData(65535, false)]
    public void Codes_on_the_wire_are_1000_to_1003_and_1007_to_1014_and_3000_to_4999(ushort code, bool allowed) =>
        Assert.Equal(allowed, CloseCodes.MayBeOnTheWire(code));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Code_that_may_not_be_sent_is_refused_with_those_that_may(bool client)
    {
        WebSocketRole role = client ? WebSocketRole.Client : WebSocketRole.Server;
        for (int code = 0; code <= ushort.MaxValue; code++)
        {
            bool sendable = code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999) && (client || code != 1010);
            Exception? refused = Record.Exception(() => CloseCodes.CheckSendable((ushort)code, role, "code"));
            if (sendable) Assert.Null(refused);
            else Assert.Equal("code", Assert.IsType<ArgumentOutOfRangeException>(refused).ParamName);
            Assert.Equal(sendable, CloseCodes.GetSendError(code, null, role) is null);
        }
    }

    [Theory]
    [InlineData(1005, true, "1005 must not be sent; a client may send 1000-1003, 1007-1014 and 3000-4999")]
    [InlineData(1005, false, "1005 must not be sent; a server may send 1000-1003, 1007-1009, 1011-1014 and 3000-4999")]
    [InlineData(1010, false, "1010 may be sent by a client only; a server may send 1000-1003, 1007-1009, 1011-1014 and 3000-4999")]
    public void Refusal_says_what_is_wrong_and_what_would_be_right(ushort code, bool client, string message)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => CloseCodes.CheckSendable(code, client ? WebSocketRole.Client : WebSocketRole.Server, "code"));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, null)]
    [InlineData(4999, null)]
    [InlineData(1005, "1005 no debe enviarse; un servidor puede enviar 1000-1003, 1007-1009, 1011-1014 y 3000-4999")]
    [InlineData(1010, "1010 solo puede enviarlo un cliente; un servidor puede enviar 1000-1003, 1007-1009, 1011-1014 y 3000-4999")]
    public void Refusal_can_be_had_in_another_language_before_anything_is_tried(ushort code, string? fault) =>
        Assert.Equal(fault, CloseCodes.GetSendError(code, "", WebSocketRole.Server, CultureInfo.GetCultureInfo("es")));

    [Theory]
    [InlineData(-1, "", WebSocketRole.Client, "-1 must not be sent; a client may send 1000-1003, 1007-1014 and 3000-4999")]
    [InlineData(65536, null, WebSocketRole.Server, "65536 must not be sent; a server may send 1000-1003, 1007-1009, 1011-1014 and 3000-4999")]
    [InlineData(66536, null, WebSocketRole.Server, "66536 must not be sent; a server may send 1000-1003, 1007-1009, 1011-1014 and 3000-4999")]
    [InlineData(1010, "", WebSocketRole.Client, null)]
    [InlineData(4000, "é62", WebSocketRole.Server, "a reason of 124 bytes does not fit a close frame, which takes 123")]
    [InlineData(4000, "é61", WebSocketRole.Server, null)]
    public void What_would_not_be_sent_as_it_is_can_be_asked_before(int code, string? reason, WebSocketRole role, string? error)
    {
        if (reason is { Length: > 1 }) reason = string.Concat(Enumerable.Repeat(reason[..1], int.Parse(reason[1..], CultureInfo.InvariantCulture)));
        Assert.Equal(error, CloseCodes.GetSendError(code, reason, role, CultureInfo.InvariantCulture));
        Assert.Throws<ArgumentOutOfRangeException>(() => CloseCodes.GetSendError(code, reason, (WebSocketRole)2));
    }

    [Fact]
    public void Added_code_gets_a_row_and_the_range_around_it_stays_whole()
    {
        var codes = new CloseCodes();
        codes.Add(4950, "Session replaced", "the same user opened another session", ReconnectAdvice.Yes);
        CloseCodeInfo row = codes.Get(4950);
        Assert.Equal((4950, 4950, "Session replaced", "the same user opened another session"), (row.FirstCode, row.LastCode, row.Name, row.Description));
        Assert.True(row.IsApplicationDefined);
        Assert.Same(ReconnectAdvice.Yes, row.Reconnect);
        Assert.Equal(4949, codes.Get(4949).LastCode);
        Assert.Equal(4951, codes.Get(4951).FirstCode);
        Assert.Equal(Everybody, row.AllowedSenders);
        AssertWhole(codes);
    }

    [Fact]
    public void Addition_without_a_description_takes_that_of_the_range()
    {
        var codes = new CloseCodes();
        codes.Add(3950, "Quota");
        Assert.Equal(codes.Get(3009).Description, codes.Get(3950).Description);
        Assert.Same(ReconnectAdvice.No, codes.Get(3950).Reconnect);
    }

    [Fact]
    public void Addition_may_be_repeated_but_not_renamed()
    {
        var codes = new CloseCodes();
        codes.Add(4951, "Moved", "first");
        codes.Add(4951, "Moved", "second");
        Assert.Equal("second", codes.Get(4951).Description);
        Assert.Throws<ArgumentException>(() => codes.Add(4951, "Another"));
    }

    [Fact]
    public void Added_code_can_be_said_in_more_languages()
    {
        var codes = new CloseCodes();
        var (spanish, mexican) = (CultureInfo.GetCultureInfo("es"), CultureInfo.GetCultureInfo("es-MX"));
        codes.Add(4952, "Kicked", "a moderator removed the user", ReconnectAdvice.Yes);
        codes.AddTranslation(4952, spanish, "Expulsado", "un moderador expulsó al usuario");
        CloseCodeInfo row = codes.Get(4952);
        Assert.Equal(("Kicked", "a moderator removed the user"), (row.Name, row.Description));
        Assert.Equal(("Expulsado", "un moderador expulsó al usuario"), (row.GetName(mexican), row.Describe(mexican)));
        Assert.Same(ReconnectAdvice.Yes, row.Reconnect);
        Assert.StartsWith("4952 Expulsado: un moderador expulsó al usuario.\n  En una trama de cierre: sí.", codes.Explain(4952, spanish), StringComparison.Ordinal);
        AssertWhole(codes);
    }

    [Fact]
    public void Addition_that_is_repeated_keeps_its_translations()
    {
        var codes = new CloseCodes();
        var spanish = CultureInfo.GetCultureInfo("es");
        codes.Add(4953, "Full");
        codes.AddTranslation(4953, spanish, "Lleno");
        codes.Add(4953, "Full", "the room is full");
        Assert.Equal(("Lleno", "the room is full"), (codes.Get(4953).GetName(spanish), codes.Get(4953).Describe(spanish)));
    }

    [Fact]
    public void Translation_without_a_description_takes_the_added_one_or_that_of_the_range()
    {
        var codes = new CloseCodes();
        var spanish = CultureInfo.GetCultureInfo("es");
        codes.Add(4954, "Full");
        codes.AddTranslation(4954, spanish, "Lleno");
        Assert.Equal("para uso privado entre aplicaciones", codes.Get(4954).Describe(spanish));
    }

    [Theory]
    [InlineData(4999, "es", "code", "4999 has no name to translate; call CloseCodes.Add first")]
    [InlineData(1000, "es", "code", "1000 has no name to translate")]
    [InlineData(3000, "es", "code", "3000 has no name to translate")]
    [InlineData(4999, "", "culture", "the invariant culture is no language")]
    public void Translation_of_nothing_or_into_nothing_is_refused(ushort code, string culture, string parameter, string message)
    {
        var codes = new CloseCodes();
        var refused = Assert.Throws<ArgumentException>(() => codes.AddTranslation(code, CultureInfo.GetCultureInfo(culture), "Nombre"));
        Assert.Equal(parameter, refused.ParamName);
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_and_description_are_one_line_in_every_language()
    {
        var codes = new CloseCodes();
        var spanish = CultureInfo.GetCultureInfo("es");
        codes.Add(4956, "Name");
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => codes.Add(4956, "a\nb")).ParamName);
        Assert.Equal("description", Assert.Throws<ArgumentException>(() => codes.Add(4956, "Name", "a\u001bb")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => codes.AddTranslation(4956, spanish, "")).ParamName);
        Assert.Equal("description", Assert.Throws<ArgumentException>(() => codes.AddTranslation(4956, spanish, "Nombre", "a\rb")).ParamName);
        Assert.Equal("Name", codes.Get(4956).GetName(spanish));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(2999)]
    [InlineData(5000)]
    public void Code_outside_3000_to_4999_cannot_be_added(ushort code) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CloseCodes().Add(code, "Name"));

    [Theory]
    [InlineData(3000)]
    [InlineData(3003)]
    [InlineData(3008)]
    public void Code_that_the_registry_names_cannot_be_added(ushort code) =>
        Assert.Throws<ArgumentException>(() => new CloseCodes().Add(code, "Name"));

    [Fact]
    public void Additions_from_many_threads_all_count()
    {
        var codes = new CloseCodes();
        CultureInfo[] languages = [.. ((string[])["es", "de", "fr", "it", "pt"]).Select(CultureInfo.GetCultureInfo)];
        Parallel.For(4960, 4990, code => codes.Add((ushort)code, $"Name {code}"));
        Parallel.For(0, 30 * languages.Length, i => codes.AddTranslation((ushort)(4960 + (i / languages.Length)), languages[i % languages.Length], $"{languages[i % languages.Length].Name} {i}"));
        Assert.All(Enumerable.Range(4960, 30), code => Assert.Equal($"Name {code}", codes.Get((ushort)code).Name));
        Assert.All(Enumerable.Range(0, 30 * languages.Length), i =>
            Assert.Equal($"{languages[i % languages.Length].Name} {i}", codes.Get((ushort)(4960 + (i / languages.Length))).GetName(languages[i % languages.Length])));
        AssertWhole(codes);
    }

    [Fact]
    public void Default_codes_are_read_only()
    {
        Assert.Equal("the default codes are read-only; add to a CloseCodes of your own", Assert.Throws<InvalidOperationException>(() => CloseCodes.Default.Add(4001, "Name")).Message);
        Assert.Throws<InvalidOperationException>(() => CloseCodes.Default.AddTranslation(4001, CultureInfo.GetCultureInfo("es"), "Nombre"));
        Assert.Equal("", CloseCodes.Default.Get(4001).Name);
    }

    [Fact]
    public void Codes_of_one_instance_are_in_no_other()
    {
        CloseCodes here = new CloseCodes().Add(4001, "Session replaced").AddTranslation(4001, CultureInfo.GetCultureInfo("es"), "Sesión sustituida");
        CloseCodes there = new CloseCodes().Add(4001, "Room closed", reconnect: ReconnectAdvice.Yes);
        Assert.Equal(("Session replaced", "Room closed", ""), (here.Get(4001).Name, there.Get(4001).Name, CloseCodes.Default.Get(4001).Name));
        Assert.Equal(("Sesión sustituida", "Room closed"), (here.Get(4001).GetName(CultureInfo.GetCultureInfo("es")), there.Get(4001).GetName(CultureInfo.GetCultureInfo("es"))));
        Assert.Equal((ReconnectKind.No, ReconnectKind.Yes), (here.Get(4001).Reconnect.Kind, there.Get(4001).Reconnect.Kind));
    }

    private static void AssertWhole(CloseCodes codes)
    {
        int next = 0;
        foreach (CloseCodeInfo row in codes.All)
        {
            Assert.Equal(next, row.FirstCode);
            Assert.True(row.LastCode >= row.FirstCode);
            next = row.LastCode + 1;
        }

        Assert.Equal(5000, next);
    }

    private static string Senders(AllowedSenders senders) => senders switch
    {
        AllowedSenders.None => "no",
        AllowedSenders.Client => "client",
        Connections => "connection",
        Everybody => "yes",
        _ => throw new ArgumentOutOfRangeException(nameof(senders)),
    };
}
