using System.Text.RegularExpressions;
using Cierre.TestKit;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>What Kestrel's transport logs of a connection whose socket was taken over: nothing, because another owns it and tells how it ended.</summary>
public class SocketLogTests
{
    private static readonly Regex Id = new("\"[0-9A-V]{13}\"");

    [Theory]
    [InlineData("server closes")]
    [InlineData("peer closes")]
    [InlineData("peer ends")]
    [InlineData("peer resets")]
    [InlineData("server aborts")]
    public async Task Log_of_a_connection_that_was_taken_over_says_when_it_began_and_when_it_ended(string way)
    {
        for (int i = 0; i < 10; i++)
        {
            var log = new LogSink();
            var opened = new TaskCompletionSource();
            await using TestServer server = await TestServer.StartAsync(
                Carrier.Http1,
                connection =>
                {
                    opened.TrySetResult();
                    if (way == "server aborts") connection.Abort();
                    return way == "server closes" ? Task.CompletedTask : connection.Closed;
                },
                build: builder => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
            await using RawPeer peer = await server.RawAsync();
            // Before the take-over an end is HTTP's, and logged as such.
            await opened.Task.Soon();
            switch (way)
            {
                case "server closes":
                    await peer.SendCloseAsync((await peer.ReadFrameAsync()).CloseCode!.Value);
                    await peer.HalfCloseAsync();
                    break;
                case "peer closes":
                    await peer.SendCloseAsync(1000);
                    await peer.ReadFrameAsync();
                    await peer.HalfCloseAsync();
                    break;
                case "peer ends":
                    await peer.HalfCloseAsync();
                    break;
                case "peer resets":
                    peer.Reset();
                    break;
            }

            await Waits.Until(() => log.Lines.Any(line => line.EndsWith("stopped.", StringComparison.Ordinal)), "the end of the connection");
            string[] told = [.. log.Lines.Where(line => line.StartsWith("Connection id", StringComparison.Ordinal)).Select(line => Id.Replace(line, "X"))];
            Assert.Equal(["Connection id X accepted.", "Connection id X started.", "Connection id X disconnecting.", "Connection id X stopped."], told);
        }
    }
}
