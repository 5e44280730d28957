using Cierre.Deflate;
using Cierre.Opening;
using Xunit;
using Accepted = Cierre.Opening.ClientHandshakeResult.Accepted;
using Failed = Cierre.Opening.ClientHandshakeResult.Failed;

namespace Cierre.Tests.Opening;

public sealed class ClientHandshakeTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private static readonly DeflateOptions Offered = new() { ServerContextTakeover = true, ClientContextTakeover = true, ClientMaxWindowBits = 12 };

    private static readonly OpeningResponse Http11 = new()
    {
        Status = 101,
        UpgradeHeaders = ["websocket"],
        ConnectionHeaders = ["Upgrade"],
        AcceptHeaders = ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
    };

    private static readonly OpeningResponse Http2 = new() { Status = 200, IsHttp2 = true };

    public static TheoryData<bool> BothVersions => [false, true];

    [Fact]
    public void Over_HTTP_1_1_the_request_asks_for_the_upgrade() => Assert.Equal(
        [new("Connection", "Upgrade"), new("Upgrade", "websocket"), new("Sec-WebSocket-Key", Key), new("Sec-WebSocket-Version", "13")],
        ClientHandshake.CreateRequestHeaders(Key, [], null, isHttp2: false));

    [Fact]
    public void Over_HTTP_2_the_request_has_the_version_only() => Assert.Equal(
        [new("Sec-WebSocket-Version", "13")],
        ClientHandshake.CreateRequestHeaders(null, [], null, isHttp2: true));

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void Subprotocols_and_extensions_are_one_header_each(bool isHttp2) => Assert.Equal(
        [new("Sec-WebSocket-Protocol", "a, b"), new("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=12")],
        ClientHandshake.CreateRequestHeaders(Key, ["a", "b"], Offered, isHttp2).TakeLast(2));

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void What_the_client_sends_the_server_accepts(bool isHttp2)
    {
        var headers = ClientHandshake.CreateRequestHeaders(WebSocketKey.Create(), ["a", "b"], Offered, isHttp2)
            .ToLookup(header => header.Key, header => header.Value);
        var request = new WebSocketHandshakeRequest
        {
            Method = isHttp2 ? "CONNECT" : "GET",
            HttpVersion = isHttp2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
            ExtendedConnectProtocol = isHttp2 ? "websocket" : null,
            HostHeaderCount = 1,
            UpgradeHeaders = [.. headers["Upgrade"]],
            ConnectionHeaders = [.. headers["Connection"]],
            KeyHeaders = [.. headers["Sec-WebSocket-Key"]],
            VersionHeaders = [.. headers["Sec-WebSocket-Version"]],
            SubprotocolHeaders = [.. headers["Sec-WebSocket-Protocol"]],
            ExtensionHeaders = [.. headers["Sec-WebSocket-Extensions"]],
        };

        Assert.NotNull(WebSocketHandshake.Check(request).Negotiated);
    }

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void A_good_answer_opens(bool isHttp2)
    {
        var accepted = ShouldAccept(Good(isHttp2));
        Assert.Equal((null, null), (accepted.Subprotocol, accepted.Deflate));
        Assert.Empty(accepted.Extensions);
    }

    [Fact]
    public void Upgrade_and_Connection_may_be_in_any_case_and_Accept_in_white_space() => ShouldAccept(Http11 with
    {
        UpgradeHeaders = ["WebSocket"],
        ConnectionHeaders = ["keep-alive", "UPGRADE"],
        AcceptHeaders = [" s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\t"],
    });

    [Fact]
    public void Over_HTTP_2_200_opens() => ShouldAccept(Http2);

    [Fact]
    public void Over_HTTP_2_Upgrade_Connection_and_Accept_are_ignored() =>
        ShouldAccept(Http2 with { UpgradeHeaders = ["h2c"], ConnectionHeaders = ["close"], AcceptHeaders = ["wrong", "wrong"] });

    [Theory]
    [InlineData(300, false)]
    [InlineData(404, false)]
    [InlineData(599, false)]
    [InlineData(301, true)]
    [InlineData(503, true)]
    public void From_3xx_to_5xx_the_cause_is_the_status(int status, bool isHttp2)
    {
        var failed = Assert.IsType<Failed>(Check(Good(isHttp2) with { Status = status }));

        Assert.Equal((HandshakeFailureKind.HttpStatus, "HttpStatus"), (failed.Kind, failed.Sentence.Key));
        Assert.Equal([status], failed.Sentence.Arguments);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(600)]
    public void Over_HTTP_1_1_any_other_status_but_101_is_a_bad_handshake(int status) =>
        ShouldFail(Http11 with { Status = status }, "BadHandshakeStatus", status, "101");

    [Theory]
    [InlineData(101)]
    [InlineData(199)]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(206)]
    [InlineData(299)]
    [InlineData(600)]
    public void Over_HTTP_2_any_other_status_but_200_is_a_bad_handshake(int status) =>
        ShouldFail(Http2 with { Status = status }, "BadHandshakeStatus", status, "200");

    [Fact]
    public void A_status_is_told_before_any_header() => ShouldFail(new OpeningResponse { Status = 200 }, "BadHandshakeStatus", 200, "101");

    [Fact]
    public void Upgrade_must_be_there() => ShouldFail(Http11 with { UpgradeHeaders = [] }, "BadHandshakeUpgradeMissing");

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2c, websocket")]
    [InlineData("websocket, websocket")]
    [InlineData("")]
    public void Upgrade_must_be_websocket_and_nothing_else(string upgrade) =>
        ShouldFail(Http11 with { UpgradeHeaders = [upgrade] }, "BadHandshakeUpgrade", upgrade);

    [Fact]
    public void Connection_must_be_there() => ShouldFail(Http11 with { ConnectionHeaders = [] }, "BadHandshakeConnectionMissing");

    [Fact]
    public void Connection_must_contain_upgrade() =>
        ShouldFail(Http11 with { ConnectionHeaders = ["keep-alive", "close"] }, "BadHandshakeConnection", "keep-alive, close");

    [Fact]
    public void Accept_must_be_there() => ShouldFail(Http11 with { AcceptHeaders = [] }, "BadHandshakeAcceptMissing");

    [Fact]
    public void Accept_must_be_there_once() =>
        ShouldFail(Http11 with { AcceptHeaders = [Http11.AcceptHeaders[0], Http11.AcceptHeaders[0]] }, "BadHandshakeAcceptRepeated", 2);

    [Theory]
    [InlineData("")]
    [InlineData("S3PPLMBITXAQ9KYGZZHZRBK+XOO=")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==")]
    public void Accept_must_answer_the_key(string accept) =>
        ShouldFail(Http11 with { AcceptHeaders = [accept] }, "BadHandshakeAccept", accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void Compression_that_was_offered_is_accepted(bool isHttp2)
    {
        var accepted = ShouldAccept(Good(isHttp2) with { ExtensionHeaders = ["permessage-deflate;client_max_window_bits=\"11\" ; server_no_context_takeover"] });

        Assert.Equal("permessage-deflate; client_max_window_bits=11; server_no_context_takeover", ExtensionList.Format(accepted.Extensions));
        Assert.Equal(new DeflateParameters(new(15, Takeover: false), new(11, Takeover: true)), accepted.Deflate);
    }

    [Theory]
    [InlineData("permessage-deflate, permessage-deflate", "BadHandshakeExtensionRepeated", "permessage-deflate")]
    [InlineData("permessage-deflate; server_max_window_bits", "BadHandshakeDeflateParameter", "server_max_window_bits")]
    [InlineData("permessage-deflate; client_max_window_bits=16", "BadHandshakeDeflateParameter", "client_max_window_bits=16")]
    [InlineData("permessage-deflate; \"x\"", "BadHandshakeExtensions", "permessage-deflate; \"x\"", 21)]
    [InlineData("Permessage-Deflate", "BadHandshakeExtensionNotOffered", "Permessage-Deflate")]
    public void An_answer_that_is_not_allowed_fails_and_names_what_is_wrong(string extensions, string key, params object[] arguments) =>
        ShouldFail(Http11 with { ExtensionHeaders = [extensions] }, key, arguments);

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void Compression_that_was_not_offered_fails(bool isHttp2) => ShouldFail(
        ClientHandshake.Check(Good(isHttp2) with { ExtensionHeaders = ["permessage-deflate"] }, isHttp2 ? null : Key, [], null, requireSubprotocol: false),
        "BadHandshakeExtensionNotOffered", "permessage-deflate");

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void An_extension_that_was_not_offered_fails(bool isHttp2) =>
        ShouldFail(Good(isHttp2) with { ExtensionHeaders = ["permessage-deflate, baz; x=1"] }, "BadHandshakeExtensionNotOffered", "baz");

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void Malformed_extensions_fail(bool isHttp2) =>
        ShouldFail(Good(isHttp2) with { ExtensionHeaders = ["permessage-deflate", "bar; ="] }, "BadHandshakeExtensions", "bar; =", 6);

    [Theory]
    [MemberData(nameof(BothVersions))]
    public void A_subprotocol_that_was_asked_for_is_accepted(bool isHttp2) =>
        Assert.Equal("b", ShouldAccept(Good(isHttp2) with { SubprotocolHeaders = ["b"] }, "a", "b").Subprotocol);

    [Theory]
    [InlineData("c", "a", "b")]
    [InlineData("A", "a")]
    [InlineData("", "a")]
    [InlineData("a")]
    public void A_subprotocol_that_was_not_asked_for_fails(string name, params string[] asked) =>
        ShouldFail(Check(Http11 with { SubprotocolHeaders = [name] }, asked), "BadHandshakeSubprotocolNotAsked", name);

    [Theory]
    [InlineData("a, b")]
    [InlineData("a", "b")]
    [InlineData("a", "a")]
    public void Several_subprotocols_fail(params string[] values) =>
        ShouldFail(Check(Http11 with { SubprotocolHeaders = values }, "a", "b"), "BadHandshakeSubprotocolSeveral", string.Join(", ", values));

    [Fact]
    public void No_subprotocol_opens_unless_one_is_required()
    {
        Assert.Null(ShouldAccept(Http11, "a", "b").Subprotocol);
        ShouldFail(ClientHandshake.Check(Http11, Key, ["a", "b"], null, requireSubprotocol: true), "BadHandshakeSubprotocolMissing", "a, b");
    }

    [Fact]
    public void Where_none_is_asked_for_none_is_required() =>
        Assert.IsType<Accepted>(ClientHandshake.Check(Http11, Key, [], null, requireSubprotocol: true));

    private static OpeningResponse Good(bool isHttp2) => isHttp2 ? Http2 : Http11;

    private static ClientHandshakeResult Check(OpeningResponse response, params string[] asked) =>
        ClientHandshake.Check(response, response.IsHttp2 ? null : Key, asked, Offered, requireSubprotocol: false);

    private static Accepted ShouldAccept(OpeningResponse response, params string[] asked) => Assert.IsType<Accepted>(Check(response, asked));

    private static void ShouldFail(OpeningResponse response, string key, params object[] arguments) => ShouldFail(Check(response), key, arguments);

    private static void ShouldFail(ClientHandshakeResult result, string key, params object[] arguments)
    {
        var failed = Assert.IsType<Failed>(result);
        Assert.Equal((HandshakeFailureKind.BadHandshake, key), (failed.Kind, failed.Sentence.Key));
        Assert.Equal(arguments, failed.Sentence.Arguments);
    }
}
