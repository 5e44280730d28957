using System.IO.Compression;
using System.Net;
using System.Text;
using Cierre.Client;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class RefusedAnswerTests
{
    [Theory]
    [InlineData("403 No\r\nContent-Length: 100", "half", CloseCause.HttpStatus)]
    [InlineData("403 No\r\nTransfer-Encoding: chunked", "4\r\nhalf\r\n", CloseCause.HttpStatus)]
    [InlineData("403 No", "half", CloseCause.HttpStatus)]
    [InlineData("302 Found\r\nLocation: /x", "half", CloseCause.HttpStatus)]
    [InlineData("503 Busy\r\nContent-Length: 100", "half", CloseCause.HttpStatus)]
    [InlineData("200 OK\r\nContent-Type: text/event-stream", "half", CloseCause.BadHandshake)]
    [InlineData("200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked", "4\r\nhalf\r\n", CloseCause.BadHandshake)]
    public async Task Body_that_stalls_holds_the_status_up_for_a_second_at_most(string head, string body, CloseCause cause)
    {
        var time = new BodyTime();
        await using RawServer server = Stalling(head, Encoding.ASCII.GetBytes(body));
        Task<WebSocketConnection> opening = WebSocketConnection.ConnectAsync(server.Url, new WebSocketClientOptions { TimeProvider = time });
        await time.Armed.Task.WaitAsync(ClientRig.Bound);
        time.Advance(RefusedAnswer.BodyTimeout);
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => opening.WaitAsync(ClientRig.Bound))).Record;
        Assert.Equal((cause, int.Parse(head[..3], System.Globalization.CultureInfo.InvariantCulture)), (record.Cause, (int)record.HttpStatus!));
        Assert.Equal(RefusedAnswer.BodyTimeout, record.Elapsed);
    }

    [Fact]
    public async Task Endless_body_is_read_to_4_KiB()
    {
        await using RawServer server = Stalling("403 No", new byte[8 * 1024]);
        Assert.Equal(4096, (await ClientRig.FailAsync(server.Url)).HttpRefusal!.Body.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compressed_body_is_quoted_where_the_handler_inflates_it_and_never_as_bytes(bool inflates)
    {
        byte[] body = Gzip("sorry");
        await using RawServer server = Answering($"403 No\r\nContent-Encoding: gzip\r\nContent-Length: {body.Length}", body);
        CloseRecord record = await ClientRig.FailAsync(server.Url, options => options.ConfigureHandler = handler => handler.AutomaticDecompression = inflates ? DecompressionMethods.GZip : DecompressionMethods.None);
        Assert.Equal("the server answered with HTTP status 403" + (inflates ? ": sorry" : ""), record.Detail);
    }

    [Fact]
    public async Task Body_that_does_not_inflate_does_not_hide_the_status()
    {
        await using RawServer server = Answering("403 No\r\nContent-Encoding: gzip\r\nContent-Length: 5", "sorry"u8.ToArray());
        CloseRecord record = await ClientRig.FailAsync(server.Url, options => options.ConfigureHandler = handler => handler.AutomaticDecompression = DecompressionMethods.GZip);
        Assert.Equal((CloseCause.HttpStatus, HttpStatusCode.Forbidden), (record.Cause, record.HttpStatus));
    }

    [Theory]
    [InlineData("https://u:secret@elsewhere.example/a@b?c=d", "https://elsewhere.example/a@b?c=d")]
    [InlineData("/login", "/login")]
    [InlineData("http://h/\u009b31m", @"http://h/\u{009B}31m")]
    public async Task Redirect_that_is_not_followed_says_where_to(string location, string shown)
    {
        await using RawServer server = Answering($"302 Found\r\nContent-Length: 0\r\nLocation: {location}", []);
        Assert.Equal($"the server answered with HTTP status 302 and the location {shown}, which was not followed", (await ClientRig.FailAsync(server.Url)).Detail);
    }

    [Fact]
    public async Task Redirect_that_must_not_be_followed_says_where_to_and_a_long_one_is_cut()
    {
        using var certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(
            peer => peer.SendAsync($"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ws://localhost/{new string('x', 5_000)}\r\n\r\n"), switchProtocols: false, certificate: certificate);
        CloseRecord record = await ClientRig.FailAsync(server.Url, options =>
        {
            ClientRig.Trusting(options);
            options.FollowRedirects = true;
        });
        Assert.Equal((CloseCause.HttpStatus, HttpStatusCode.Found), (record.Cause, record.HttpStatus));
        Assert.InRange(record.Detail.Length, 200, 320);
        Assert.Contains("ws://localhost/xxx", record.Detail, StringComparison.Ordinal);
    }

    private static byte[] Gzip(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }

    private static RawServer Answering(string head, byte[] body) => RawServer.Start(
        async peer =>
        {
            await peer.SendAsync($"HTTP/1.1 {head}\r\n\r\n");
            await peer.SendAsync(body);
        },
        switchProtocols: false);

    private static RawServer Stalling(string head, byte[] body) => RawServer.Start(
        async peer =>
        {
            await peer.SendAsync($"HTTP/1.1 {head}\r\n\r\n");
            await peer.SendAsync(body);
            await peer.ReadToEndAsync();
        },
        switchProtocols: false);

    /// <summary>A clock that says when the wait for the body has begun.</summary>
    private sealed class BodyTime : FakeTimeProvider
    {
        public TaskCompletionSource Armed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == RefusedAnswer.BodyTimeout) Armed.TrySetResult();
            return timer;
        }
    }
}
