using Cierre.Client;
using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>docs/closing.md, 1010: the 101 stands, an ordinary closing handshake follows, and nobody ever gets the connection. RFC 6455 7.4.1.</summary>
public sealed class RequiredExtensionsTests
{
    private static readonly string[] Required = ["permessage-deflate", "x-wanted"];

    [Fact]
    public void Nothing_is_missing_where_all_was_accepted() =>
        Assert.Null(RequiredExtensions.Check(Required, [Accepted("x-wanted"), Accepted("x-more"), Accepted("permessage-deflate")]));

    [Fact]
    public void Reason_lists_what_was_required_and_the_sentence_names_what_is_missing()
    {
        var (frame, why) = RequiredExtensions.Check(Required, [Accepted("x-wanted")])!.Value;
        Assert.Equal(new CloseFrame(1010, "permessage-deflate, x-wanted"), frame);
        Assert.Equal((CloseCause.ExtensionMissing, "the server did not accept the extension permessage-deflate, which is required here"), (why.Cause, why.Detail.English));
        Assert.Contains("the extensions permessage-deflate, x-wanted, which are", RequiredExtensions.Check(Required, [])!.Value.Why.Detail.English, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("")]
    [InlineData("permessage-deflate; server_max_window_bits=10")]
    public async Task Name_that_is_no_token_is_refused_before_anything_is_dialled(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ClientRig.ConnectAsync(new Uri("ws://localhost:1/"), o => o.RequiredExtensions.Add(name)));

    [Fact]
    public async Task Answered_close_is_clean_and_ours_and_its_code_is_the_one_received()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            Assert.Equal((8, 1010, "permessage-deflate, x-wanted"), (close.Opcode, close.CloseCode, close.CloseReason));
            await peer.SendTextAsync("late");
            await peer.SendCloseAsync(1010);
        });
        CloseRecord record = await FailAsync(server.Url);
        Assert.Equal((1010, "", true, EndedBy.Local, CloseCause.ExtensionMissing, false), (record.Code, record.Reason, record.WasClean, record.EndedBy, record.Cause, record.ReceivedFirst));
        Assert.Equal((new CloseFrame(1010, "permessage-deflate, x-wanted"), new CloseFrame(1010)), (record.Sent, record.Received));
        Assert.False(record.WasOpen);
        Assert.Null(record.HttpRefusal);
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Compression_that_is_required_and_accepted_opens()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SwitchProtocolsAsync("Sec-WebSocket-Extensions: permessage-deflate");
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1000);
        }, switchProtocols: false);
        var options = new WebSocketClientOptions { RequiredExtensions = { "permessage-deflate" }, Compression = new DeflateOptions() };
        WebSocketConnection connection = await WebSocketConnection.ConnectAsync(server.Url, options).WaitAsync(ClientRig.Bound);
        Assert.Equal("permessage-deflate", connection.Extensions);
        CloseRecord record = await connection.CloseAsync().WaitAsync(ClientRig.Bound);
        Assert.Equal((1000, true), (record.Code, record.WasClean));
    }

    [Fact]
    public async Task Peer_that_closes_in_the_same_moment_does_not_change_the_cause()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(1013, "full");
            await peer.ReadFrameAsync();
        });
        CloseRecord record = await FailAsync(server.Url);
        Assert.Equal((1013, true, EndedBy.Local, CloseCause.ExtensionMissing), (record.Code, record.WasClean, record.EndedBy, record.Cause));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unanswered_close_is_1006_and_tells_what_was_sent(bool silent)
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            if (silent) await peer.ReadToEndAsync();
        });
        CloseRecord record = await FailAsync(server.Url, o => o.CloseTimeout = TimeSpan.FromMilliseconds(300));
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.ExtensionMissing), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal((1010, false, (CloseFrame?)null), (record.Sent!.Code, record.WasOpen, record.Received));
    }

    [Fact]
    public async Task Cancelling_does_not_wait_for_the_answer()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            asked.SetResult();
            await peer.ReadToEndAsync();
        });
        using var source = new CancellationTokenSource();
        Task connecting = WebSocketConnection.ConnectAsync(server.Url, Options(o => o.CloseTimeout = TimeSpan.FromMinutes(10)), source.Token);
        await asked.Task.WaitAsync(ClientRig.Bound);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(ClientRig.Bound));
    }

    private static ExtensionOffer Accepted(string name) => new(name, []);

    private static WebSocketClientOptions Options(Action<WebSocketClientOptions>? setup = null)
    {
        var options = new WebSocketClientOptions { RequiredExtensions = { "permessage-deflate", "x-wanted" } };
        setup?.Invoke(options);
        return options;
    }

    private static async Task<CloseRecord> FailAsync(Uri url, Action<WebSocketClientOptions>? setup = null) =>
        (await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(url, Options(setup)).WaitAsync(ClientRig.Bound))).Record;
}
