using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>Compression as an application sees it: agreed on, chosen by message, and without a price where nothing passes.</summary>
public sealed class CompressionTests
{
    private static readonly string Large = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i};"));

    [Fact]
    public async Task Pair_agrees_and_says_so_and_messages_pass_both_ways()
    {
        var options = new WebSocketConnectionOptions { Compression = new DeflateOptions { ServerContextTakeover = true, ClientMaxWindowBits = 10 } };
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(options, options);
        Assert.Equal("permessage-deflate; client_no_context_takeover; client_max_window_bits=10", client.Extensions);
        Assert.Equal(client.Extensions, server.Extensions);
        Task sending = Task.WhenAll(SendAll(client), SendAll(server));
        await Played.Within(Task.WhenAll(ReceiveAll(client), ReceiveAll(server)));
        await Played.Within(sending);
        Assert.True((await Played.Within(client.CloseAsync())).WasClean);

        static async Task SendAll(WebSocketConnection connection)
        {
            for (int i = 0; i < 5; i++)
            {
                await connection.SendAsync(Large);
                await connection.SendAsync("small");
                await connection.SendAsync(WebSocketMessageKind.Text, Encoding.UTF8.GetBytes(Large), WebSocketSendOptions.DisableCompression);
                await using WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
                for (int part = 0; part < 3; part++) await stream.WriteAsync(new byte[1000]);
            }
        }

        static async Task ReceiveAll(WebSocketConnection connection)
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(Large, (await connection.ReceiveAsync())!.Value.GetText());
                Assert.Equal("small", (await connection.ReceiveAsync())!.Value.GetText());
                await using (WebSocketMessageStream stream = (await connection.ReceiveStreamAsync())!)
                {
                    using var reader = new StreamReader(stream);
                    Assert.Equal(Large, await reader.ReadToEndAsync());
                }

                Assert.Equal(3000, (await connection.ReceiveAsync())!.Value.Data.Length);
            }
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Where_only_one_side_has_it_nothing_is_compressed(bool client, bool server)
    {
        static WebSocketConnectionOptions With(bool compression) => new() { Compression = compression ? new DeflateOptions() : null };
        (WebSocketConnection ours, WebSocketConnection theirs) = WebSocketConnection.CreatePair(With(client), With(server));
        Assert.Equal(("", ""), (ours.Extensions, theirs.Extensions));
        Task sending = ours.SendAsync(Large).AsTask();
        Assert.Equal(Large, (await Played.Within(theirs.ReceiveAsync().AsTask()))!.Value.GetText());
        await Played.Within(sending);
    }

    [Fact]
    public async Task A_message_or_a_streamed_one_can_opt_out()
    {
        (WebSocketConnection connection, FakeTransport wire) = Agreed();
        byte[] data = new byte[1000];
        await connection.SendAsync(data);
        await connection.SendAsync(WebSocketMessageKind.Binary, data, WebSocketSendOptions.None);
        await connection.SendAsync(WebSocketMessageKind.Binary, data, WebSocketSendOptions.DisableCompression);
        await using (WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Binary, WebSocketSendOptions.DisableCompression)) await stream.WriteAsync(data);
        await using (WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Binary, WebSocketSendOptions.None)) await stream.WriteAsync(data);
        Assert.Equal([4, 4, 0, 0, 0, 4, 0], wire.Frames.Select(f => f.Rsv));
        Assert.All(wire.Frames.Where(f => f.Rsv == 0 && f.Opcode == 2), f => Assert.Equal(1000, f.Payload.Length));
        await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(WebSocketMessageKind.Text, new byte[] { 0xFF }, WebSocketSendOptions.DisableCompression));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await connection.SendAsync((WebSocketMessageKind)9, data, WebSocketSendOptions.DisableCompression));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("bytes")]
    [InlineData("UTF-8")]
    [InlineData("message")]
    [InlineData("JSON")]
    [InlineData("kind")]
    [InlineData("stream")]
    [InlineData("broadcast of text")]
    [InlineData("broadcast of bytes")]
    [InlineData("broadcast of UTF-8")]
    [InlineData("broadcast of a message")]
    [InlineData("broadcast of a kind")]
    public async Task Every_form_of_a_send_can_opt_out_and_takes_no_other_option(string form)
    {
        (WebSocketConnection connection, FakeTransport wire) = Agreed();
        WebSocketConnection[] all = [connection];
        string text = new('a', 1000);
        byte[] data = Encoding.UTF8.GetBytes(text);
        await SendAsync(WebSocketSendOptions.None);
        await SendAsync(WebSocketSendOptions.DisableCompression);
        Assert.Equal([4, 0], wire.Frames.Where(f => f.Opcode != 0).Select(f => f.Rsv));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("options", () => SendAsync((WebSocketSendOptions)2));

        async Task SendAsync(WebSocketSendOptions options)
        {
            switch (form)
            {
                case "text":
                    await connection.SendAsync(text, options);
                    break;
                case "bytes":
                    await connection.SendAsync(data, options);
                    break;
                case "UTF-8":
                    await connection.SendTextAsync(data, options);
                    break;
                case "message":
                    await connection.SendAsync(new WebSocketMessage(WebSocketMessageKind.Text, data), options);
                    break;
                case "JSON":
                    await connection.SendJsonAsync(text, (JsonTypeInfo<string>)JsonSerializerOptions.Default.GetTypeInfo(typeof(string)), options);
                    break;
                case "kind":
                    await connection.SendAsync(WebSocketMessageKind.Text, data, options);
                    break;
                case "stream":
                    await using (WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Text, options)) await stream.WriteAsync(data);
                    break;
                case "broadcast of text":
                    await all.BroadcastAsync(text, options);
                    break;
                case "broadcast of bytes":
                    await all.BroadcastAsync(data, options);
                    break;
                case "broadcast of UTF-8":
                    await all.BroadcastTextAsync(data, options);
                    break;
                case "broadcast of a message":
                    await all.BroadcastAsync(new WebSocketMessage(WebSocketMessageKind.Text, data), options);
                    break;
                default:
                    await all.BroadcastAsync(WebSocketMessageKind.Text, data, options);
                    break;
            }
        }
    }

    [Fact]
    public Task Idle_connection_without_takeover_costs_no_more_than_a_kibibyte_over_a_plain_one() => OwnProcess.RunAsync(typeof(CompressionTests), () =>
    {
        const int Count = 500;
        long plain = BytesOf(null), compressed = BytesOf(DeflateKit.Terms(threshold: 256));
        OwnProcess.Figure("bytes of an idle connection over a plain one", (compressed - plain) / Count, 1024);

        static long BytesOf(DeflateTerms? terms)
        {
            // Warm: pools and code.
            Use(Agreed(terms));
            var held = new List<(WebSocketConnection, FakeTransport)>(Count);
            (long managed, long native) = (GC.GetTotalMemory(forceFullCollection: true), Resident());
            for (int i = 0; i < Count; i++)
            {
                held.Add(Agreed(terms));
                Use(held[^1]);
            }

            long grown = GC.GetTotalMemory(forceFullCollection: true) - managed;
            // 500 contexts would be 100 MiB of native memory.
            OwnProcess.Figure("resident bytes grown by 500 connections", Resident() - native, 48L << 20);
            GC.KeepAlive(held);
            return grown;
        }

        static void Use((WebSocketConnection Connection, FakeTransport Wire) end)
        {
            end.Wire.Captures = false;
            end.Wire.Push(RawPeer.Frame(2, DeflateKit.Compress(new byte[2000]), true, end.Connection.Extensions.Length == 0 ? 0 : 4, mask: true));
            Assert.True(end.Connection.ReceiveAsync().IsCompletedSuccessfully);
            Assert.True(end.Connection.SendAsync(new byte[2000]).IsCompletedSuccessfully);
            // Gives the message back.
            Assert.False(end.Connection.ReceiveAsync().IsCompleted);
        }

        static long Resident()
        {
            using var me = System.Diagnostics.Process.GetCurrentProcess();
            return me.WorkingSet64;
        }
    });

    [Fact]
    public Task With_takeover_an_echoed_message_allocates_nothing() => OwnProcess.RunAsync(typeof(CompressionTests), async () =>
    {
        (WebSocketConnection connection, FakeTransport wire) = Agreed(DeflateKit.Terms(takeover: true));
        wire.Captures = false;
        Task echo = Echo();
        byte[] frame = RawPeer.Frame(2, DeflateKit.Compress(new byte[2000]), true, 4, mask: true), scratch = new byte[frame.Length];
        long least = long.MaxValue;
        int runs = 0;
        for (; runs < 20 && least != 0; runs++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                frame.CopyTo(scratch, 0);
                wire.PushInPlace(scratch);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(runs * 200, connection.Traffic.MessagesSent);
        OwnProcess.Figure("bytes allocated for 200 messages", least, 0);
        wire.End();
        await Played.Within(echo);

        async Task Echo()
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
        }
    });

    [Theory]
    [InlineData("ff", 1007, CloseCause.InvalidData)]
    [InlineData("bomb", 1009, CloseCause.MessageTooBig)]
    public async Task Record_names_what_was_wrong_with_the_data(string data, int code, CloseCause cause)
    {
        (WebSocketConnection connection, FakeTransport wire) = Agreed();
        wire.Push(RawPeer.Frame(2, data == "bomb" ? DeflateKit.Compress(new byte[(1 << 20) + 1]) : Convert.FromHexString(data), true, 4, mask: true));
        wire.End();
        CloseRecord record = await Played.Within(connection.Closed);
        Assert.Equal((1006, cause, code), (record.Code, record.Cause, record.Sent!.Code));
        Assert.Contains("compressed message", record.Detail, StringComparison.Ordinal);
    }

    private static (WebSocketConnection Connection, FakeTransport Wire) Agreed() => Agreed(DeflateKit.Terms(threshold: 256));

    private static (WebSocketConnection Connection, FakeTransport Wire) Agreed(DeflateTerms? terms)
    {
        var wire = new FakeTransport();
        var negotiated = new WebSocketNegotiation { Extensions = terms is null ? "" : "permessage-deflate", Terms = terms };
        var options = new WebSocketConnectionOptions { TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() };
        var connection = new WebSocketConnection(WebSocketRole.Server, options, wire, negotiated);
        connection.Start();
        return (connection, wire);
    }
}
