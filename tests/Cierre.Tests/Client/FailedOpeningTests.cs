using System.Net;
using System.Net.Sockets;
using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>Each way in which an opening fails has its cause, and its evidence in the record.</summary>
public sealed class FailedOpeningTests
{
    [Fact]
    public async Task Closed_port_is_a_refused_connection()
    {
        int port = ClientRig.ClosedPort();
        CloseRecord record = await ClientRig.FailAsync(new Uri($"ws://127.0.0.1:{port}/"));
        Assert.Equal(CloseCause.ConnectionRefused, record.Cause);
        Assert.Contains($"127.0.0.1:{port}", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_host_is_a_name_that_does_not_resolve()
    {
        CloseRecord record = await ClientRig.FailAsync(new Uri("ws://nosuch.invalid/"));
        Assert.Equal(CloseCause.NameNotResolved, record.Cause);
        Assert.Contains("nosuch.invalid", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_of_the_applications_own_is_judged_by_its_error_code()
    {
        var url = new Uri("ws://localhost:1/");
        Assert.Equal(CloseCause.ConnectionRefused, (await Dial(SocketError.ConnectionRefused)).Cause);
        Assert.Equal(CloseCause.NameNotResolved, (await Dial(SocketError.HostNotFound)).Cause);
        Assert.Equal(CloseCause.ConnectionRefused, (await Dial(SocketError.NetworkUnreachable)).Cause);

        Task<CloseRecord> Dial(SocketError error) =>
            ClientRig.FailAsync(url, o => o.ConfigureHandler = h => h.ConnectCallback = (_, _) => throw new SocketException((int)error));
    }

    [Theory]
    [InlineData(403, CloseCause.HttpStatus)]
    [InlineData(500, CloseCause.HttpStatus)]
    [InlineData(302, CloseCause.HttpStatus)]
    [InlineData(200, CloseCause.BadHandshake)]
    [InlineData(204, CloseCause.BadHandshake)]
    public async Task Other_status_is_in_the_record_with_headers_and_body(int status, CloseCause cause)
    {
        string body = status == 204 ? "" : "no\u202e entry\r\n\u001b[31m";
        await using var server = Answers($"HTTP/1.1 {status} Whatever\r\nX-Why: policy\r\nContent-Type: text/plain\r\nLocation: /elsewhere\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n", Encoding.UTF8.GetBytes(body));
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal((cause, status), (record.Cause, (int)record.HttpStatus!.Value));
        Assert.Contains(new("X-Why", "policy"), record.HttpRefusal!.Headers);
        Assert.Contains(new("Content-Type", "text/plain"), record.HttpRefusal.Headers);
        Assert.Equal(body, Encoding.UTF8.GetString(record.HttpRefusal.Body.Span));
        Assert.Contains($"{status}", record.Detail, StringComparison.Ordinal);
        if (cause == CloseCause.HttpStatus) Assert.Contains(@"no\u{202E} entry\r\n\u{001B}[31m", record.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', record.Detail);
    }

    [Fact]
    public async Task Status_without_a_body_is_told_without_one()
    {
        await using var server = Answers("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal(CloseCause.HttpStatus, record.Cause);
        Assert.EndsWith("404", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_than_4_KiB_of_the_body_are_kept_and_200_characters_quoted()
    {
        string body = string.Concat(Enumerable.Repeat("😀", 5_000));
        await using var server = Answers($"HTTP/1.1 403 No\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n", Encoding.UTF8.GetBytes(body));
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal(4096, record.HttpRefusal!.Body.Length);
        string quoted = record.Detail[(record.Detail.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        Assert.InRange(quoted.Length, 190, 200);
        Assert.DoesNotContain(quoted, c => char.IsSurrogate(c) && c is not ('\ud83d' or '\ude00'));
        Assert.False(char.IsHighSurrogate(quoted[^1]));
    }

    [Fact]
    public async Task Body_that_never_ends_does_not_hide_the_status()
    {
        await using var server = RawServer.Start(
            async peer =>
            {
                await peer.SendAsync("HTTP/1.1 403 No\r\n\r\nhalf a body");
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(server.Url, o => o.ConnectTimeout = TimeSpan.FromSeconds(1));
        Assert.Equal((CloseCause.HttpStatus, HttpStatusCode.Forbidden), (record.Cause, record.HttpStatus));
        Assert.Equal("half a body", Encoding.UTF8.GetString(record.HttpRefusal!.Body.Span));
    }

    [Fact]
    public async Task Body_that_breaks_off_is_kept_as_far_as_it_came()
    {
        await using var server = Answers("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nhalf a body");
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal("half a body", Encoding.UTF8.GetString(record.HttpRefusal!.Body.Span));
    }

    [Fact]
    public async Task Redirect_is_followed_only_on_request()
    {
        await using var target = RawServer.Start(async peer => await peer.SendCloseAsync(4001));
        await using var server = Answers($"HTTP/1.1 302 Found\r\nLocation: http://localhost:{target.Port}/there\r\nContent-Length: 0\r\n\r\n");
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal((CloseCause.HttpStatus, HttpStatusCode.Found), (record.Cause, record.HttpStatus));
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o => o.FollowRedirects = true);
        Assert.Equal(new Uri($"http://localhost:{target.Port}/there"), connection.Url);
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    [Fact]
    public async Task Target_of_a_redirect_is_no_proxy()
    {
        int port = ClientRig.ClosedPort();
        await using var server = Answers($"HTTP/1.1 302 Found\r\nLocation: http://localhost:{port}/there\r\nContent-Length: 0\r\n\r\n");
        CloseRecord record = await ClientRig.FailAsync(server.Url, o => o.FollowRedirects = true);
        Assert.Equal(CloseCause.ConnectionRefused, record.Cause);
        Assert.Contains($"localhost:{port}", record.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello, I am not HTTP\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n")]
    [InlineData("HTTP/1.1 banana\r\n\r\n")]
    public async Task Garbage_is_a_bad_handshake(string garbage)
    {
        await using var server = Answers(garbage);
        Assert.Equal(CloseCause.BadHandshake, (await ClientRig.FailAsync(server.Url)).Cause);
    }

    [Fact]
    public async Task Server_that_ends_before_it_answers_is_an_end_of_the_stream()
    {
        await using var server = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false);
        Assert.Equal(CloseCause.EndOfStream, (await ClientRig.FailAsync(server.Url)).Cause);
    }

    [Fact]
    public async Task Server_that_cuts_before_it_answers_is_a_reset()
    {
        await using var server = RawServer.Start(
            peer =>
            {
                peer.Reset();
                return Task.CompletedTask;
            },
            switchProtocols: false);
        Assert.Equal(CloseCause.ConnectionReset, (await ClientRig.FailAsync(server.Url)).Cause);
    }

    [Fact]
    public async Task Server_that_does_not_answer_is_a_timeout()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync(), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(server.Url, o => o.ConnectTimeout = TimeSpan.FromMilliseconds(300));
        Assert.Equal(CloseCause.ConnectTimeout, record.Cause);
        Assert.InRange(record.Elapsed, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(10));
        Assert.Contains("0.3", record.Detail, StringComparison.Ordinal);
    }

    private static RawServer Answers(string head, byte[]? body = null) => RawServer.Start(
        async peer =>
        {
            await peer.SendAsync(head);
            if (body is not null) await peer.SendAsync(body);
        },
        switchProtocols: false);
}
