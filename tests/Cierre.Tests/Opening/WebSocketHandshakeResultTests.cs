using System.IO.Pipelines;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketHandshakeResultTests
{
    [Fact]
    public void Answer_over_HTTP_1_1_has_all_of_its_headers()
    {
        WebSocketHandshakeResult accepted = WebSocketHandshake.Check(Request(), ["b", "a"], new DeflateOptions { ClientContextTakeover = true });
        Assert.Equal((true, 101, null), (accepted.IsAccepted, (int)accepted.StatusCode, accepted.Error));
        Assert.Equal(
            [
                new("Upgrade", "websocket"),
                new("Connection", "Upgrade"),
                new("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
                new("Sec-WebSocket-Protocol", "b"),
                new("Sec-WebSocket-Extensions", accepted.Negotiated!.Extensions),
            ],
            accepted.Headers);
        Assert.StartsWith("permessage-deflate", accepted.Negotiated.Extensions, StringComparison.Ordinal);
        Assert.Equal((new Uri("wss://h.example/chat"), new Version(1, 1)), (accepted.Negotiated.Url, accepted.Negotiated.HttpVersion));
        Assert.Equal(["a", "b", "c"], accepted.OfferedSubprotocols);
    }

    [Fact]
    public void Answer_over_HTTP_2_says_only_what_was_agreed_on()
    {
        WebSocketHandshakeResult accepted = WebSocketHandshake.Check(Request(new Version(2, 0)));
        Assert.Equal(200, (int)accepted.StatusCode);
        Assert.Empty(accepted.Headers);
        Assert.Equal(new Version(2, 0), accepted.Negotiated!.HttpVersion);
        Assert.Equal([new("Sec-WebSocket-Protocol", "c")], accepted.WithSubprotocol("c").Headers);
    }

    [Fact]
    public void Other_choice_of_subprotocol_changes_nothing_else()
    {
        WebSocketHandshakeResult accepted = WebSocketHandshake.Check(Request(), ["b"], new DeflateOptions());
        WebSocketHandshakeResult other = accepted.WithSubprotocol("c"), none = other.WithSubprotocol(null);
        Assert.Same(accepted, accepted.WithSubprotocol("b"));
        Assert.Equal(("c", null), (other.Negotiated!.Subprotocol, none.Negotiated!.Subprotocol));
        Assert.Equal(accepted.Headers.Select(header => header.Key == "Sec-WebSocket-Protocol" ? new(header.Key, "c") : header), other.Headers);
        Assert.Equal(accepted.Headers.Where(header => header.Key != "Sec-WebSocket-Protocol"), none.Headers);
        Assert.Equal((accepted.StatusCode, accepted.Negotiated!.Extensions, accepted.Negotiated.Url), (none.StatusCode, none.Negotiated.Extensions, none.Negotiated.Url));
        Assert.Same(accepted.Negotiated.Terms, none.Negotiated.Terms);
        Assert.Equal("subprotocol", Assert.Throws<ArgumentException>(() => accepted.WithSubprotocol("B")).ParamName);
    }

    [Fact]
    public void Refusal_has_nothing_to_choose()
    {
        WebSocketHandshakeResult refused = WebSocketHandshake.Check(new WebSocketHandshakeRequest { Method = "GET", SubprotocolHeaders = ["a"] }, ["a"]);
        Assert.Equal((426, null), ((int)refused.StatusCode, refused.Negotiated));
        Assert.NotEmpty(refused.IsAccepted ? "" : refused.Error);
        Assert.Empty(refused.OfferedSubprotocols);
        Assert.Throws<InvalidOperationException>(() => refused.WithSubprotocol("a"));
    }

    /// <summary>What a server of somebody else's does: judge, answer, and run a connection over what is left of the stream.</summary>
    [Fact]
    public async Task Accepted_request_becomes_a_connection_over_a_stream_of_the_callers()
    {
        WebSocketHandshakeResult result = WebSocketHandshake.Check(Request(), ["a"], new DeflateOptions());
        Assert.True(result.IsAccepted);
        WebSocketNegotiation agreed = result.Negotiated;
        Pipe toServer = new(), toClient = new();
        var options = new WebSocketConnectionOptions { Compression = new DeflateOptions { Threshold = 0 } };
        WebSocketConnection server = WebSocketConnection.CreateFromPipe(new DuplexPipe(toServer.Reader, toClient.Writer), WebSocketRole.Server, options, agreed);
        WebSocketConnection client = WebSocketConnection.CreateFromPipe(new DuplexPipe(toClient.Reader, toServer.Writer), WebSocketRole.Client, options, agreed);
        Assert.Equal(("a", agreed.Extensions, agreed.Url), (server.Subprotocol, server.Extensions, server.Url));
        await client.SendAsync(new string('x', 1000));
        Assert.Equal(new string('x', 1000), (await server.ReceiveAsync())!.Value.GetText());
        Assert.True((await Played.Within(client.CloseAsync())).WasClean);
    }

    private static WebSocketHandshakeRequest Request(Version? version = null) => new()
    {
        Method = version is null ? "GET" : "CONNECT",
        HttpVersion = version ?? new Version(1, 1),
        ExtendedConnectProtocol = version is null ? null : "websocket",
        Url = new Uri("wss://h.example/chat"),
        UpgradeHeaders = ["websocket"],
        ConnectionHeaders = ["Upgrade"],
        KeyHeaders = ["dGhlIHNhbXBsZSBub25jZQ=="],
        VersionHeaders = ["13"],
        SubprotocolHeaders = ["a, b", "c"],
        ExtensionHeaders = ["permessage-deflate"],
    };

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
