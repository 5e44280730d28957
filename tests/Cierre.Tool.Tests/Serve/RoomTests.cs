using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Serve;

/// <summary><c>cierre serve</c> at <c>/room/NAME</c>, and what <c>cierre connect</c> shows of it.</summary>
public sealed class RoomTests
{
    [Fact]
    public async Task All_in_the_room_hear_what_one_says_and_nobody_in_another()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer ann = await JoinAsync(serve, "/room/caf%C3%A9"), bob = await JoinAsync(serve, "/room/caf%C3%A9"), eve = await JoinAsync(serve, "/room/b");
        Assert.Equal("?", (await ann.ReadFrameAsync()).Text);
        await ann.SendTextAsync("hello");
        Assert.Equal(["hello", "hello"], [(await ann.ReadFrameAsync()).Text, (await bob.ReadFrameAsync()).Text]);
        await eve.SendTextAsync("alone");
        Assert.Equal("alone", (await eve.ReadFrameAsync()).Text);
    }

    [Fact]
    public async Task Session_goes_on_where_its_client_is_or_is_told_of_the_gap()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node", "--topic-log", "2");
        RawPeer first = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        await first.UpgradeAsync("/room/a", "Sec-WebSocket-Protocol: cierre.resume.v1");
        await first.SendTextAsync("""!{"hello":1}""");
        string token = (string)JsonNode.Parse((await first.ReadFrameAsync()).Text[1..])!["token"]!;
        string place = (string)JsonNode.Parse((await first.ReadFrameAsync()).Text[1..])!["topic"]!["at"]!;
        await first.DisposeAsync();
        await using RawPeer plain = await JoinAsync(serve, "/room/a");
        // Joining said something already.
        for (int i = 2; i <= 4; i++)
        {
            await plain.SendTextAsync($"{i}");
            Assert.Equal($"{i}", (await plain.ReadFrameAsync()).Text);
        }

        await using RawPeer second = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        await second.UpgradeAsync("/room/a", "Sec-WebSocket-Protocol: cierre.resume.v1");
        await second.SendTextAsync($$"""!{"resume":"{{token}}","got":0,"acked":0,"topics":{"a":"{{place}}"} }""");
        Assert.StartsWith("!{\"resumed\"", (await second.ReadFrameAsync()).Text, StringComparison.Ordinal);
        JsonNode gap = JsonNode.Parse((await second.ReadFrameAsync()).Text[1..])!["gap"]!;
        Assert.Equal((1, 2, "trimmed"), ((int)gap["from"]!, (int)gap["to"]!, (string)gap["reason"]!));
        Assert.StartsWith("!{\"topic\"", (await second.ReadFrameAsync()).Text, StringComparison.Ordinal);
        Assert.Matches(@"^#1\.3\.[0-9a-f]{4} 3$", (await second.ReadFrameAsync()).Text);
        Assert.Matches(@"^#1\.4\.[0-9a-f]{4} 4$", (await second.ReadFrameAsync()).Text);
    }

    [Theory]
    [InlineData("/room/a%0Ab")]
    [InlineData("/room/LONG")]
    public async Task What_is_no_name_is_refused(string path)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer peer = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        Assert.StartsWith("HTTP/1.1 400 ", await peer.UpgradeAsync(path.Replace("LONG", new string('a', 257), StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_lines_have_the_name_of_the_topic()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        string room = $"{serve.Url}room/a";
        ToolResult session = await ToolProcess.RunAsync("connect", room, "--resume", "--send", "hello", "--expect", "1", "--json");
        Assert.Equal(0, session.ExitCode);
        Assert.Equal(("a", "hello"), ((string?)Message(session)["topic"], (string?)Message(session)["data"]));
        ToolResult text = await ToolProcess.RunAsync("connect", room, "--resume", "--send", "hello", "--expect", "1");
        Assert.Contains("< a: hello", text.Output, StringComparison.Ordinal);
        ToolResult plain = await ToolProcess.RunAsync("connect", room, "--send", "hello", "--expect", "1", "--json");
        Assert.Equal(["type", "kind", "data", "bytes"], Message(plain).AsObject().Select(member => member.Key));
    }

    private static JsonNode Message(ToolResult result) => result.Lines.Single(line => (string?)line["type"] == "message");

    private static async Task<RawPeer> JoinAsync(ServeProcess serve, string path)
    {
        RawPeer peer = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        Assert.StartsWith("HTTP/1.1 101 ", await peer.UpgradeAsync(path), StringComparison.Ordinal);
        // It has joined when it hears what it says.
        await peer.SendTextAsync("?");
        Assert.Equal("?", (await peer.ReadFrameAsync()).Text);
        return peer;
    }
}
