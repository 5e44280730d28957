using Cierre.TestKit;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>permessage-deflate with a peer, in each combination of takeover and windows. RFC 7692.</summary>
public abstract class CompressionTests(PeerFixture peer, PeerRole role) : IDisposable
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, CompressionCase.All.Count)];

    public void Dispose()
    {
        peer.Show(TestContext.Current.TestOutputHelper);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Messages_pass_compressed_both_ways(int number)
    {
        (WebSocketConnection ours, PeerSocket theirs) = await peer.OpenCompressedAsync(role, number);
        Assert.StartsWith("permessage-deflate", ours.Extensions, StringComparison.Ordinal);
        if (PeerKind.Can(peer.Kind.SetsDeflate))
        {
            DeflateOptions options = CompressionCase.Options(CompressionCase.All[number], role);
            Assert.Equal(!options.ServerContextTakeover, ours.Extensions.Contains("server_no_context_takeover", StringComparison.Ordinal));
            if (options.ServerMaxWindowBits < 15) Assert.Contains($"server_max_window_bits={options.ServerMaxWindowBits}", ours.Extensions, StringComparison.Ordinal);
        }

        // Text that comes again in every window, then noise, then nothing.
        var random = new Random(number);
        byte[] noise = new byte[5000];
        random.NextBytes(noise);
        string text = string.Concat(Enumerable.Range(0, 3000).Select(i => $"añ€😀{i % 400}"));
        for (int round = 0; round < 3; round++)
        {
            foreach (string message in (string[])[text, "", "short", text[..2000]])
            {
                await theirs.SendAsync(message);
                Assert.Equal(message, await EchoAsync(ours));
                Assert.Equal(message, await theirs.ReceiveAsync());
            }

            foreach (byte[] message in (byte[][])[noise, [.. noise, .. noise, .. noise[..300]], []])
            {
                await theirs.SendAsync(message);
                Assert.Equal(message, await EchoAsync(ours));
                Assert.Equal(message, await theirs.ReceiveAsync());
            }
        }

        _ = ours.CloseAsync();
        Assert.True((await peer.Peer.Within(ours.Closed, "to end the connection")).WasClean);
        await theirs.ClosedAsync();
    }

    private async Task<object> EchoAsync(WebSocketConnection ours)
    {
        WebSocketMessage message = await peer.Peer.Within(ours.ReceiveAsync().AsTask(), "to send a message") ?? throw new InvalidOperationException($"closed: {await ours.Closed}");
        object content = message.Kind == WebSocketMessageKind.Text ? message.GetText() : message.ToArray();
        await peer.Peer.Within(ours.SendAsync(message).AsTask().ContinueWith(sent => sent.IsCompletedSuccessfully, TaskScheduler.Default), "to read a message");
        return content;
    }
}

public sealed class WsAsClientCompressionTests(WsFixture peer) : CompressionTests(peer, PeerRole.Client), IClassFixture<WsFixture>;

public sealed class WsAsServerCompressionTests(WsFixture peer) : CompressionTests(peer, PeerRole.Server), IClassFixture<WsFixture>;

public sealed class WebsocketsAsClientCompressionTests(WebsocketsFixture peer) : CompressionTests(peer, PeerRole.Client), IClassFixture<WebsocketsFixture>;

public sealed class WebsocketsAsServerCompressionTests(WebsocketsFixture peer) : CompressionTests(peer, PeerRole.Server), IClassFixture<WebsocketsFixture>;

public sealed class ChromiumCompressionTests(ChromiumFixture peer) : CompressionTests(peer, PeerRole.Client), IClassFixture<ChromiumFixture>;

public sealed class UndiciCompressionTests(UndiciFixture peer) : CompressionTests(peer, PeerRole.Client), IClassFixture<UndiciFixture>;
