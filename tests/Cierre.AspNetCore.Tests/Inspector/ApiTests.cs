using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public class ApiTests
{
    [Fact]
    public async Task Connection_chosen_is_closed_with_code_and_reason()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection chosen = await server.EchoClientAsync(), other = await server.EchoClientAsync();
        long id = server.Connections.Min(connection => connection.Id);
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"ids":[{{id}},999999],"code":4001,"reason":"pay up"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        JsonElement said = await answer.ReadJsonAsync();
        Assert.Equal([id], Numbers(said, "closing"));
        Assert.Equal([999999], Numbers(said, "gone"));
        CloseRecord record = await chosen.Closed.Soon();
        Assert.Equal((4001, "pay up", true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
        CloseRecord ours = await server.RecordAsync();
        Assert.Equal((4001, CloseCause.Requested), (ours.Sent!.Code, ours.Cause));
        await other.EchoAsync("still here");
    }

    [Theory]
    [InlineData(1005, "en", "1005 must not be sent; a server may send")]
    [InlineData(1006, "es", "no debe enviarse")]
    [InlineData(1010, "en", "client only")]
    [InlineData(2500, "en", "must not be sent")]
    [InlineData(5000, "es", "no debe enviarse")]
    [InlineData(70000, "en", "70000 must not be sent")]
    [InlineData(-1, "en", "-1 must not be sent")]
    public async Task Code_that_a_server_may_not_send_is_refused_with_words_and_nothing_is_closed(int code, string language, string words)
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync();
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"ids":[{{server.Shown().Id}}],"code":{{code}}}""", ("Accept-Language", language));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words, (await answer.ReadJsonAsync()).GetProperty("error").GetString(), StringComparison.Ordinal);
        await client.EchoAsync("still here");
    }

    [Fact]
    public async Task Reason_that_would_be_cut_is_refused()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync();
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"ids":[{{server.Shown().Id}}],"code":4000,"reason":"{{new string('é', 62)}}"}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("124 bytes", (await answer.ReadJsonAsync()).GetProperty("error").GetString(), StringComparison.Ordinal);
        await client.EchoAsync("still here");
    }

    [Fact]
    public async Task Numbers_of_another_process_close_nothing()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync();
        string process = (await server.JsonAsync("/_ws/connections")).GetProperty("process").GetString()!;
        using HttpResponseMessage other = await server.PostCloseAsync($$"""{"ids":[{{server.Shown().Id}}],"code":4001,"process":"another"}""");
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains("another process", (await other.ReadJsonAsync()).GetProperty("error").GetString(), StringComparison.Ordinal);
        await client.EchoAsync("still here");
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"ids":[{{server.Shown().Id}}],"code":4001,"process":"{{process}}"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(4001, (await client.Closed.Soon()).Code);
    }

    [Fact]
    public async Task Processes_and_their_servers_are_told_apart()
    {
        await using TestServer one = await InspectorRig.StartAsync(), two = await InspectorRig.StartAsync();
        JsonElement closes = await one.JsonAsync("/_ws/closes"), list = await one.JsonAsync("/_ws/connections"), others = await two.JsonAsync("/_ws/connections");
        Assert.Equal(list.GetProperty("process").GetString(), closes.GetProperty("process").GetString());
        Assert.NotEqual(list.GetProperty("process").GetString(), others.GetProperty("process").GetString());
    }

    [Fact]
    public async Task Log_tells_who_closes_what_and_nothing_where_nothing_is_closed()
    {
        var log = new LogSink();
        await using TestServer server = await InspectorRig.StartAsync(services: services => services.AddSingleton<ILoggerProvider>(log));
        await using WebSocketConnection client = await server.EchoClientAsync();
        long id = server.Shown().Id;
        using HttpResponseMessage nothing = await server.PostCloseAsync("""{"ids":[999999],"code":4001}""");
        Assert.DoesNotContain(log.Lines, line => line.Contains("inspector", StringComparison.Ordinal));
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"ids":[{{id}},999999],"code":4001}""");
        Assert.Contains($"Somebody at 127.0.0.1 closes through the inspector, with 4001, the WebSocket connections {id} /", log.Lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"ids":[],"code":4000}""")]
    [InlineData("""{"ids":[1]}""")]
    [InlineData("""{"ids":["1"],"code":"x"}""")]
    public async Task Request_that_is_none_is_refused(string json)
    {
        await using TestServer server = await InspectorRig.StartAsync();
        using HttpResponseMessage answer = await server.PostCloseAsync(json);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Send {", (await answer.ReadJsonAsync()).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_without_end_is_cut_and_too_many_numbers_are_refused()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        using HttpResponseMessage large = await server.PostCloseAsync(new string(' ', 70_000));
        using HttpResponseMessage many = await server.PostCloseAsync($$"""{"ids":[{{string.Join(',', Enumerable.Range(1, 1001))}}],"code":4000}""");
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (large.StatusCode, many.StatusCode));
    }

    [Fact]
    public async Task Form_of_a_page_is_no_request()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, server.HttpUrl("/_ws/close")) { Content = new StringContent("""{"ids":[1],"code":4000}""") };
        request.Headers.Add("Origin", server.HttpUrl("/").GetLeftPart(UriPartial.Authority));
        using HttpResponseMessage answer = await server.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Open_connections_are_listed_with_their_counters_and_without_their_query()
    {
        await using TestServer server = await InspectorRig.StartAsync(endpoint: o => o.MaxRecentFrames = 8);
        await using WebSocketConnection client = await server.ConnectAsync(path: "/?access_token=secret");
        await client.EchoAsync("12345");
        JsonElement list = await server.JsonAsync("/_ws/connections");
        JsonElement row = Assert.Single(list.GetProperty("connections").EnumerateArray());
        Assert.Equal(("/", 1L, 5L, true), (row.GetProperty("endpoint").GetString(), row.GetProperty("messagesReceived").GetInt64(), row.GetProperty("bytesReceived").GetInt64(), row.GetProperty("isOpen").GetBoolean()));
        Assert.Equal(["text", "text"], row.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("opcode").GetString()));
        Assert.DoesNotContain("secret", list.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("12345", list.GetRawText(), StringComparison.Ordinal);
        JsonElement one = await server.JsonAsync($"/_ws/connections/{row.GetProperty("id").GetInt64()}");
        Assert.Equal(2, one.GetProperty("frames").GetArrayLength());
        using HttpResponseMessage none = await server.GetAsync("/_ws/connections/999999");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("?lang=es", "en", "Reconectar: ")]
    [InlineData("", "es-MX,en;q=0.5", "Reconectar: ")]
    [InlineData("", "de,en;q=0.5,es;q=0.2", "Reconnect: ")]
    [InlineData("", "", "Reconnect: ")]
    public async Task Closes_are_explained_in_the_language_that_is_asked_for(string query, string accepted, string words)
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using (WebSocketConnection client = await server.EchoClientAsync())
        {
            long id = server.Shown().Id;
            await client.CloseAsync(4002, "bye\u202e");
            await Waits.Until(() => server.Connections.Count == 0, "the end");
            JsonElement row = Assert.Single((await server.JsonAsync("/_ws/closes" + query, ("Accept-Language", accepted))).GetProperty("closes").EnumerateArray());
            Assert.Equal((id, 4002, "peer-closed", "remote"), (row.GetProperty("id").GetInt64(), row.GetProperty("code").GetInt32(), row.GetProperty("cause").GetString(), row.GetProperty("endedBy").GetString()));
            Assert.Contains(words, row.GetProperty("explanation").GetString(), StringComparison.Ordinal);
            Assert.Equal(@"bye\u{202E}", row.GetProperty("reason").GetString());
        }
    }

    private static long[] Numbers(JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(number => number.GetInt64())];
}
