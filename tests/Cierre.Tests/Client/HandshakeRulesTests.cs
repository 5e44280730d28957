using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>An answer of 101 that breaks a rule of RFC 6455 4.1 opens nothing.</summary>
public sealed class HandshakeRulesTests
{
    private const string Good = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n";

    [Theory]
    [InlineData("", "Upgrade")]
    [InlineData("Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n", "no Upgrade")]
    [InlineData("Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n", "h2c")]
    [InlineData("Upgrade: websocket, x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n", "websocket, x")]
    [InlineData("Upgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n", "no Connection")]
    [InlineData("Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: {accept}\r\n", "close")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\n", "no Sec-WebSocket-Accept")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm9wZQ==\r\n", "bm9wZQ==")]
    [InlineData(Good + "Sec-WebSocket-Accept: {accept}\r\n", "2")]
    [InlineData(Good + "Sec-WebSocket-Extensions: permessage-deflate\r\n", "permessage-deflate")]
    [InlineData(Good + "Sec-WebSocket-Extensions: a;;b\r\n", "a;;b")]
    [InlineData(Good + "Sec-WebSocket-Protocol: other\r\n", "other")]
    [InlineData(Good + "Sec-WebSocket-Protocol: asked, more\r\n", "asked, more")]
    public async Task Answer_that_breaks_a_rule_is_a_bad_handshake_and_the_rule_is_named(string headers, string named)
    {
        await using var server = Answers(headers);
        CloseRecord record = await ClientRig.FailAsync(server.Url, o => o.Subprotocols.Add("asked"));
        Assert.Equal((CloseCause.BadHandshake, 101), (record.Cause, (int)record.HttpStatus!.Value));
        Assert.Contains(named, record.Detail, StringComparison.Ordinal);
        // No close frame follows: the connection never opened.
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData("UPGRADE: WebSocket\r\nconnection: keep-alive, UPGRADE\r\nsec-websocket-accept:   {accept}  \r\n", null)]
    [InlineData(Good + "Sec-WebSocket-Protocol: asked\r\n", "asked")]
    public async Task Answer_that_keeps_the_rules_opens(string headers, string? subprotocol)
    {
        await using var server = Answers(headers);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o => o.Subprotocols.Add("asked"));
        Assert.Equal(subprotocol, connection.Subprotocol);
        connection.Abort();
    }

    [Fact]
    public async Task No_subprotocol_where_one_is_required_is_a_bad_handshake()
    {
        await using var server = Answers(Good);
        CloseRecord record = await ClientRig.FailAsync(server.Url, o =>
        {
            o.Subprotocols.Add("asked");
            o.RequireSubprotocol = true;
        });
        Assert.Equal(CloseCause.BadHandshake, record.Cause);
        Assert.Contains("asked", record.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0", false)]
    [InlineData("1.2", true)]
    public async Task Only_HTTP_1_1_or_higher_can_switch(string version, bool opens)
    {
        await using var server = Answers(Good, version);
        if (opens) (await ClientRig.ConnectAsync(server.Url)).Abort();
        else Assert.Equal("the server answered with HTTP/1.0, and only HTTP/1.1 can switch to WebSocket", (await ClientRig.FailAsync(server.Url)).Detail);
    }

    private static RawServer Answers(string headers, string version = "1.1") => RawServer.Start(
        async peer =>
        {
            string accept = RawPeer.AcceptFor(peer.Header("Sec-WebSocket-Key")!);
            await peer.SendAsync($"HTTP/{version} 101 Switching Protocols\r\n{headers.Replace("{accept}", accept, StringComparison.Ordinal)}\r\n");
            Assert.Empty((await peer.ReadToEndAsync()).Bytes);
        },
        switchProtocols: false);
}
