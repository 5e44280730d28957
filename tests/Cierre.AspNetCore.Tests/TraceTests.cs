using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Traces of both ends of a connection over real sockets.</summary>
public class TraceTests
{
    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Both_ends_see_the_same_frames_in_the_same_order(Carrier carrier)
    {
        var served = new TaskCompletionSource<WebSocketConnection>();
        var traced = new WebSocketTraceOptions { PayloadBytes = 64 };
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            connection =>
            {
                served.SetResult(connection);
                return TestServer.EchoAsync(connection);
            },
            options => options.Trace = traced);
        WebSocketClientOptions options = server.ClientOptions();
        options.Trace = traced;
        await using WebSocketConnection client = await server.ConnectAsync(options);
        foreach (string text in (string[])["one", "two"])
        {
            await client.SendAsync(text);
            await client.ReceiveAsync();
        }

        await client.CloseAsync(4001, "enough");
        string[] expected = ["out text \"one\"", "in text \"one\"", "out text \"two\"", "in text \"two\"", "out close 4001 enough", "in close 4001 "];
        (List<string> frames, List<WebSocketTraceTransportKind> ends) = await ReadAsync(client.Trace!);
        Assert.Equal(expected, frames);
        Assert.Equal(WebSocketTraceTransportKind.Closed, ends[^1]);
        (frames, ends) = await ReadAsync((await served.Task.Soon()).Trace!);
        Assert.Equal(expected.Select(frame => frame.StartsWith("in", StringComparison.Ordinal) ? "out" + frame[2..] : "in" + frame[3..]), frames);
        Assert.Equal((WebSocketTraceTransportKind.ShutDown, WebSocketTraceTransportKind.Closed), (ends[0], ends[^1]));
    }

    [Fact]
    public async Task Open_connection_is_followed_from_when_somebody_looks()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("before");
        await client.ReceiveAsync();
        WebSocketConnection followed = Assert.Single(server.Connections);
        using WebSocketTrace trace = followed.StartTrace();
        Assert.Empty(followed.GetRecentFrames());
        followed.KeepRecentFrames(16);
        await client.SendAsync("after");
        await client.ReceiveAsync();
        Assert.Equal([(true, 5L), (false, 5L)], followed.GetRecentFrames().Select(frame => (frame.IsReceived, frame.Length!.Value)));
        await client.CloseAsync();
        Assert.Equal(["in text ", "out text ", "in close 1000 ", "out close 1000 "], (await ReadAsync(trace)).Frames);
        Assert.Equal(4, followed.GetRecentFrames().Count);
    }

    private static async Task<(List<string> Frames, List<WebSocketTraceTransportKind> Ends)> ReadAsync(WebSocketTrace trace)
    {
        var seen = new List<WebSocketTraceEvent>();
        await Read().Soon();
        return ([.. seen.OfType<WebSocketTraceFrame>().Select(Shown)], [.. seen.OfType<WebSocketTraceTransport>().Select(transport => transport.Kind)]);

        async Task Read()
        {
            await foreach (WebSocketTraceEvent next in trace) seen.Add(next);
        }
    }

    private static string Shown(WebSocketTraceFrame frame) => $"{(frame.IsReceived ? "in" : "out")} {frame.OpcodeName} {(frame.CloseFrame is { } close ? $"{close.Code} {close.Reason}" : frame.PayloadPreview)}";
}
