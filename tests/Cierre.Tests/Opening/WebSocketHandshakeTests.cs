using System.Net;
using Cierre.Deflate;
using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketHandshakeTests
{
    private static readonly Asked Http11 = new()
    {
        Method = "GET",
        HostCount = 1,
        Upgrade = ["websocket"],
        Connection = ["Upgrade"],
        Key = ["dGhlIHNhbXBsZSBub25jZQ=="],
        Version = ["13"],
    };

    private static readonly Asked Http2 = new()
    {
        Method = "CONNECT",
        HttpVersion = HttpVersion.Version20,
        Protocol = "websocket",
        HostCount = 0,
        Version = ["13"],
    };

    public static TheoryData<bool> BothVersions => [false, true];

    [Fact]
    public void A_good_request_over_HTTP_1_1_is_accepted_with_the_answer_to_its_key() =>
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", AcceptOf(ShouldAccept(Http11)));

    [Fact]
    public void A_good_request_over_HTTP_2_is_accepted_without_Host_Upgrade_Connection_and_Key() => Assert.Null(AcceptOf(ShouldAccept(Http2)));

    [Fact]
    public void Upgrade_and_Connection_may_say_more_and_in_any_case() => ShouldAccept(Http11 with
    {
        Upgrade = ["h2c, WebSocket"],
        Connection = ["keep-alive", "UPGRADE"],
    });

    [Fact]
    public void The_protocol_of_an_extended_CONNECT_may_be_in_any_case() => ShouldAccept(Http2 with { Protocol = "WebSocket" });

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void The_server_chooses_the_subprotocol(bool isHttp2)
    {
        var request = Good(isHttp2) with { Subprotocols = ["a, b", "c"] };

        Assert.Equal("c", ShouldAccept(request, "d", "c", "a").Negotiated!.Subprotocol);
        Assert.Null(ShouldAccept(request, "d").Negotiated!.Subprotocol);
        Assert.Null(ShouldAccept(request).Negotiated!.Subprotocol);
    }

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void Compression_is_accepted_where_it_is_offered_and_wanted(bool isHttp2)
    {
        var request = Good(isHttp2) with { Extensions = ["other", "permessage-deflate; client_max_window_bits"] };
        var options = new DeflateOptions { ClientMaxWindowBits = 10, ServerContextTakeover = true };

        WebSocketNegotiation agreed = WebSocketHandshake.Check(request.ToRequest(), [], options).Negotiated!;
        Assert.Equal("permessage-deflate; client_no_context_takeover; client_max_window_bits=10", agreed.Extensions);
        Assert.Equal((new DeflateDirection(15, Takeover: true), new DeflateDirection(10, Takeover: false)), (agreed.Terms!.Sending, agreed.Terms.Receiving));
        Assert.Equal(("", null), (ShouldAccept(request).Negotiated!.Extensions, ShouldAccept(request).Negotiated!.Terms));
        agreed = WebSocketHandshake.Check((Good(isHttp2) with { Extensions = ["other"] }).ToRequest(), [], options).Negotiated!;
        Assert.Equal(("", null), (agreed.Extensions, agreed.Terms));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("CONNECT")]
    [InlineData("get")]
    public void Over_HTTP_1_1_any_method_but_GET_is_answered_405(string method)
    {
        var refused = ShouldRefuse(Http11 with { Method = method }, HandshakeRefusalKind.MethodNotGet, 405);

        Assert.Equal([new("Allow", "GET")], refused.Headers);
        Assert.Equal($"The request method is \"{method}\", but over HTTP/1.1 a WebSocket opens with GET.", refused.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Over_HTTP_1_1_any_number_of_Hosts_but_one_is_answered_400(int count) =>
        ShouldRefuse(Http11 with { HostCount = count }, HandshakeRefusalKind.HostCount, 400);

    [Fact]
    public void Request_of_HTTP_1_0_is_told_so_though_it_has_no_Host() => Assert.Contains(
        "HTTP/1.0", WebSocketHandshake.Check(new() { Method = "GET", HttpVersion = System.Net.HttpVersion.Version10, HostHeaderCount = 0 }).Error!, StringComparison.Ordinal);

    [Fact]
    public void Null_among_the_values_of_a_header_is_refused_by_the_name_of_its_property()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => WebSocketHandshake.Check(new() { Method = "GET", KeyHeaders = [null!] }));
        Assert.Equal(nameof(WebSocketHandshakeRequest.KeyHeaders), refused.ParamName);
    }

    [Fact]
    public void A_plain_request_is_told_to_upgrade()
    {
        var refused = ShouldRefuse(new() { Method = "GET" }, HandshakeRefusalKind.UpgradeNotWebSocket, 426);

        ShouldAskForUpgrade(refused);
        Assert.Equal("The request has no Upgrade header, but this address speaks WebSocket and needs \"Upgrade: websocket\".", refused.Error);
    }

    [Fact]
    public void A_request_for_another_upgrade_is_told_which()
    {
        var refused = ShouldRefuse(Http11 with { Upgrade = ["h2c"] }, HandshakeRefusalKind.UpgradeNotWebSocket, 426);

        ShouldAskForUpgrade(refused);
        Assert.Equal("The request has \"Upgrade: h2c\", but this address speaks WebSocket and needs \"Upgrade: websocket\".", refused.Error);
    }

    [Theory]
    [InlineData()]
    [InlineData("keep-alive")]
    public void A_Connection_without_upgrade_is_answered_400(params string[] connection) =>
        ShouldRefuse(Http11 with { Connection = connection }, HandshakeRefusalKind.ConnectionNotUpgrade, 400);

    [Theory]
    [InlineData(HandshakeRefusalKind.VersionMissing)]
    [InlineData(HandshakeRefusalKind.VersionNotSupported, "8")]
    [InlineData(HandshakeRefusalKind.VersionNotSupported, "14")]
    [InlineData(HandshakeRefusalKind.VersionNotSupported, "013")]
    [InlineData(HandshakeRefusalKind.VersionNotSupported, "13, 8")]
    public void Over_HTTP_1_1_any_version_but_13_is_answered_426(object kind, params string[] version) =>
        ShouldAskForUpgrade(ShouldRefuse(Http11 with { Version = version }, (HandshakeRefusalKind)kind, 426));

    [Theory]
    [InlineData(HandshakeRefusalKind.VersionMissing)]
    [InlineData(HandshakeRefusalKind.VersionNotSupported, "8")]
    public void Over_HTTP_2_any_version_but_13_is_answered_400_with_the_version(object kind, params string[] version)
    {
        var refused = ShouldRefuse(Http2 with { Version = version }, (HandshakeRefusalKind)kind, 400);

        Assert.Equal([new("Sec-WebSocket-Version", "13")], refused.Headers);
    }

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void A_repeated_version_is_answered_400(bool isHttp2) =>
        ShouldRefuse(Good(isHttp2) with { Version = ["13", "13"] }, HandshakeRefusalKind.VersionRepeated, 400);

    [Fact]
    public void A_wrong_version_is_told_before_a_wrong_key() =>
        ShouldRefuse(Http11 with { Version = ["8"], Key = [] }, HandshakeRefusalKind.VersionNotSupported, 426);

    [Theory]
    [InlineData(HandshakeRefusalKind.KeyMissing)]
    [InlineData(HandshakeRefusalKind.KeyInvalid, "")]
    [InlineData(HandshakeRefusalKind.KeyInvalid, "AAAAAAAAAAAAAAAAAAAA")]
    [InlineData(HandshakeRefusalKind.KeyRepeated, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==")]
    public void A_missing_invalid_or_repeated_key_is_answered_400(object kind, params string[] key) =>
        ShouldRefuse(Http11 with { Key = key }, (HandshakeRefusalKind)kind, 400);

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void A_malformed_list_of_subprotocols_is_answered_400(bool isHttp2)
    {
        var refused = ShouldRefuse(Good(isHttp2) with { Subprotocols = ["a, b c"] }, HandshakeRefusalKind.SubprotocolsMalformed, 400);

        Assert.Equal("The Sec-WebSocket-Protocol header \"a, b c\" must be a comma separated list of tokens, but \"b c\" is not a token.", refused.Error);
    }

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void A_repeated_subprotocol_is_answered_400(bool isHttp2) =>
        ShouldRefuse(Good(isHttp2) with { Subprotocols = ["a, b", "a"] }, HandshakeRefusalKind.SubprotocolRepeated, 400);

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void Malformed_extensions_are_answered_400(bool isHttp2)
    {
        var refused = ShouldRefuse(Good(isHttp2) with { Extensions = ["foo", "bar; ="] }, HandshakeRefusalKind.ExtensionsMalformed, 400);

        Assert.Equal("The Sec-WebSocket-Extensions header \"bar; =\" is malformed at character 6, where a parameter name was expected.", refused.Error);
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("CONNECT", null)]
    [InlineData("GET", "websocket")]
    public void Over_HTTP_2_a_request_that_is_no_extended_CONNECT_is_answered_400(string method, string? protocol) =>
        ShouldRefuse(Http2 with { Method = method, Protocol = protocol }, HandshakeRefusalKind.NotExtendedConnect, 400);

    [Fact]
    public void Over_HTTP_2_another_protocol_is_answered_400() =>
        ShouldRefuse(Http2 with { Protocol = "connect-udp" }, HandshakeRefusalKind.ProtocolNotWebSocket, 400);

    [Fact]
    public void A_request_of_HTTP_1_0_is_told_so_whatever_its_headers() => Assert.Contains(
        "HTTP/1.0", ShouldRefuse(Http11 with { HttpVersion = HttpVersion.Version10 }, HandshakeRefusalKind.HttpVersion10, 426).Error, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void A_request_with_a_body_is_answered_400(bool isHttp2) =>
        ShouldRefuse(Good(isHttp2) with { HasContent = true }, HandshakeRefusalKind.HasContent, 400);

    [Fact]
    public void Where_others_answer_other_methods_they_are_named()
    {
        Assert.Equal([new("Allow", "GET, POST")], ShouldRefuse(Http11 with { Method = "PUT", OtherMethods = ["GET", "POST"] }, HandshakeRefusalKind.MethodNotGet, 405).Headers);
        Assert.Equal(
            [new("Allow", "CONNECT, POST")],
            ShouldRefuse(Http2 with { Method = "GET", Protocol = null, OtherMethods = ["POST"] }, HandshakeRefusalKind.NotExtendedConnect, 405).Headers);
        Assert.Empty(ShouldRefuse(Http2 with { Protocol = null, OtherMethods = ["POST"] }, HandshakeRefusalKind.NotExtendedConnect, 400).Headers);
    }

    [Fact]
    public void Every_version_from_2_on_opens_by_an_extended_CONNECT()
    {
        Assert.Equal(200, (int)ShouldAccept(Http2 with { HttpVersion = HttpVersion.Version30 }).StatusCode);
        ShouldRefuse(Http11 with { HttpVersion = HttpVersion.Version30 }, HandshakeRefusalKind.NotExtendedConnect, 400);
        ShouldRefuse(Http2 with { HttpVersion = HttpVersion.Version11 }, HandshakeRefusalKind.MethodNotGet, 405);
        ShouldRefuse(Http11 with { HttpVersion = new Version(0, 9) }, HandshakeRefusalKind.HttpVersion10, 426);
    }

    [Theory]
    [InlineData("websocket", true)]
    [InlineData("h2c,\tWebSocket ,", true)]
    [InlineData("h2c|websocket", true)]
    [InlineData("websockets", false)]
    [InlineData("\"websocket\"", false)]
    [InlineData("web socket", false)]
    [InlineData("", false)]
    public void Request_asks_for_a_WebSocket_by_a_token_of_its_Upgrade_list(string lines, bool asks)
    {
        WebSocketHandshakeRequest Request(string method, Version version) => new() { Method = method, HttpVersion = version, UpgradeHeaders = lines.Split('|') };
        Assert.Equal(asks, WebSocketHandshake.IsRequested(Request("GET", HttpVersion.Version11)));
        Assert.False(WebSocketHandshake.IsRequested(Request("POST", HttpVersion.Version11)));
        Assert.False(WebSocketHandshake.IsRequested(Request("GET", HttpVersion.Version10)));
        Assert.False(WebSocketHandshake.IsRequested(Request("CONNECT", HttpVersion.Version20)));
    }

    [Theory]
    [InlineData("websocket", true)]
    [InlineData("WebSocket", true)]
    [InlineData("connect-udp", false)]
    [InlineData(null, false)]
    public void Request_over_HTTP_2_asks_for_a_WebSocket_by_its_protocol(string? protocol, bool asks)
    {
        var request = new WebSocketHandshakeRequest { Method = "CONNECT", HttpVersion = HttpVersion.Version20, ExtendedConnectProtocol = protocol };
        Assert.Equal(asks, WebSocketHandshake.IsRequested(request));
    }

    [Theory]
    [InlineData("chat.v2", true)]
    [InlineData("!#$%&'*+-.^_`|~09azAZ", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a,b", false)]
    [InlineData("ä", false)]
    public void Subprotocol_is_a_token(string name, bool isOne) => Assert.Equal(isOne, WebSocketHandshake.IsSubprotocol(name));

    [Fact]
    public void Questions_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentNullException>("request", () => WebSocketHandshake.IsRequested(null!));
        Assert.Throws<ArgumentNullException>("name", () => WebSocketHandshake.IsSubprotocol(null!));
    }

    [Fact]
    public void Without_a_request_there_is_nothing_to_judge() => Assert.Throws<ArgumentNullException>("request", () => WebSocketHandshake.Check(null!));

    private static Asked Good(bool isHttp2) => isHttp2 ? Http2 : Http11;

    private static WebSocketHandshakeResult ShouldAccept(Asked request, params string[] supported)
    {
        WebSocketHandshakeResult accepted = WebSocketHandshake.Check(request.ToRequest(), supported);
        Assert.Null(accepted.Error);
        Assert.NotNull(accepted.Negotiated);
        return accepted;
    }

    private static string? AcceptOf(WebSocketHandshakeResult accepted) => accepted.Headers.SingleOrDefault(header => header.Key == "Sec-WebSocket-Accept").Value;

    private static WebSocketHandshakeResult ShouldRefuse(Asked request, HandshakeRefusalKind kind, int status)
    {
        WebSocketHandshakeResult refused = WebSocketHandshake.Check(request.ToRequest());
        Assert.Null(refused.Negotiated);
        Assert.Equal((kind, status), (refused.Kind, (int)refused.StatusCode));
        return refused;
    }

    private static void ShouldAskForUpgrade(WebSocketHandshakeResult refused) => Assert.Equal(
        [new("Upgrade", "websocket"), new("Connection", "Upgrade, close"), new("Sec-WebSocket-Version", "13")],
        refused.Headers);

    /// <summary>A request that a test changes in one place.</summary>
    private sealed record Asked
    {
        public required string Method { get; init; }

        public Version HttpVersion { get; init; } = System.Net.HttpVersion.Version11;

        public string? Protocol { get; init; }

        public int HostCount { get; init; } = 1;

        public bool HasContent { get; init; }

        public IReadOnlyList<string> OtherMethods { get; init; } = [];

        public IReadOnlyList<string> Upgrade { get; init; } = [];

        public IReadOnlyList<string> Connection { get; init; } = [];

        public IReadOnlyList<string> Key { get; init; } = [];

        public IReadOnlyList<string> Version { get; init; } = [];

        public IReadOnlyList<string> Subprotocols { get; init; } = [];

        public IReadOnlyList<string> Extensions { get; init; } = [];

        public WebSocketHandshakeRequest ToRequest() => new()
        {
            Method = Method,
            HttpVersion = HttpVersion,
            ExtendedConnectProtocol = Protocol,
            HostHeaderCount = HostCount,
            HasContent = HasContent,
            OtherMethods = OtherMethods,
            UpgradeHeaders = Upgrade,
            ConnectionHeaders = Connection,
            KeyHeaders = Key,
            VersionHeaders = Version,
            SubprotocolHeaders = Subprotocols,
            ExtensionHeaders = Extensions,
        };
    }
}
